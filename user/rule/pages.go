package rule

// Pages that several rules cite.
const (
	updateCard      = "Workflow card Update User"
	updateSchema    = "Auth0 Management API, UpdateUserRequestContent"
	updateResponses = "Auth0 Management API, PATCH /api/v2/users/{id}, responses"
	updateEndpoint  = "Auth0 Management API, PATCH /api/v2/users/{id}, description"
	metadataPage    = "Auth0 docs, Manage Users, Metadata, Metadata Fields and Data"
	databasePage    = "Auth0 docs, Update Users using a Custom Database"
	profilePage     = "Auth0 docs, User Profile Structure"

	createSchema    = "Auth0 Management API, CreateUserRequestContent"
	createResponses = "Auth0 Management API, POST /api/v2/users, responses"
	createCard      = "Workflow card Create User"
	signUpPage      = "Auth0 docs, Custom Signup"
	migrationPage   = "Auth0 docs, Configure Automatic Migration from Your Database"
	syncEnum        = "Auth0 Management API, ConnectionSetUserRootAttributesEnum"
	importSchema    = "Auth0 docs, Bulk User Import Database Schema and Examples"
	importPage      = "Auth0 docs, Bulk User Imports"

	actionsReference = "Auth0 docs, Actions Triggers, event and API objects"
	actionsLimits    = "Auth0 docs, Actions Limitations"
	actionsMetadata  = "Auth0 docs, Manage User Metadata with the post-login Action Trigger"
	topicLifecycle   = "Auth0 community topic 84051"
	topicTransient   = "Auth0 community topic 152115"

	linkRequest     = "Auth0 Management API, LinkUserIdentityRequestContent"
	linkResponses   = "Auth0 Management API, POST /api/v2/users/{id}/identities, responses"
	unlinkResponses = "Auth0 Management API, DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses"
)
