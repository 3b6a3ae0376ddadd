package rule

import "strings"

// Pages that several rules cite.
const (
	updateCard      = "Workflow card Update User"
	updateSchema    = "Auth0 Management API, UpdateUserRequestContent"
	userSchemas     = updateSchema + " and CreateUserRequestContent"
	updateResponses = "Auth0 Management API, PATCH /api/v2/users/{id}, responses"
	updateEndpoint  = "Auth0 Management API, PATCH /api/v2/users/{id}, description"
	metadataPage    = "Auth0 docs, Manage Users, Metadata, Metadata Fields and Data"
	databasePage    = "Auth0 docs, Update Users using a Custom Database"
	profilePage     = "Auth0 docs, User Profile Structure"

	manageMetadataPage = "Auth0 docs, Manage User Metadata"
	rootPage           = "Auth0 docs, Update Root Attributes"
	identifiersPage    = "Auth0 docs, Flexible Identifiers"
	attributesPage     = "Auth0 docs, Activate and Configure Attributes for Flexible Identifiers"
	usernamePage       = "Auth0 docs, Adding Username for Database Connections"
	passwordPolicyPage = "Auth0 docs, Flexible Password Policy"
	strategyEnum       = "Auth0 Management API, ConnectionStrategyEnum"
	verifiedPage       = "Auth0 docs, Email Verification for Azure AD and ADFS"
	successorPage      = "Auth0 docs, Update User Profiles Using Your Database"

	blockPage      = "Auth0 docs, Block and Unblock Users"
	sizePage       = "Auth0 docs, Migrate Oversized User Profiles"
	sessionsPage   = "Auth0 docs, Session Layers"
	migrationsPage = "Auth0 docs, Past Migrations, Unwarranted Session Removal After Management API User Updates"

	createSchema       = "Auth0 Management API, CreateUserRequestContent"
	createResponses    = "Auth0 Management API, POST /api/v2/users, responses"
	createCard         = "Workflow card Create User"
	signUpPage         = "Auth0 docs, Custom Signup"
	signUpReference    = "Auth0 docs, Authentication API, Create a new user"
	changeEmailPage    = "Auth0 docs, Change Email Script"
	changePasswordPage = "Auth0 docs, Change Password Script"
	migrationPage      = "Auth0 docs, Configure Automatic Migration from Your Database"
	syncEnum           = "Auth0 Management API, ConnectionSetUserRootAttributesEnum"
	importSchema       = "Auth0 docs, Bulk User Import Database Schema and Examples"
	importPage         = "Auth0 docs, Bulk User Imports"

	actionsReference = "Auth0 docs, Actions Triggers, event and API objects"
	actionsLimits    = "Auth0 docs, Actions Limitations"
	actionsMetadata  = "Auth0 docs, Manage User Metadata with the post-login Action Trigger"
	topicLifecycle   = "Auth0 community topic 84051"
	topicChangePhone = "Auth0 community topic 183190"
	topicTransient   = "Auth0 community topic 152115"

	linkRequest     = "Auth0 Management API, LinkUserIdentityRequestContent"
	linkResponses   = "Auth0 Management API, POST /api/v2/users/{id}/identities, responses"
	unlinkResponses = "Auth0 Management API, DELETE /api/v2/users/{id}/identities/{provider}/{user_id}, responses"
)

// dates lists when sources were last known to hold, by the beginning of their names;
// the first that fits counts. It is never changed.
var dates = [][2]string{
	{databasePage, "before 2026-06"},
	{"Auth0 docs, GDPR", "before 2019"},
	{"Auth0 docs", "2026-08-20"},
	{"Auth0 Management API", "2026-06-25"},
	{topicChangePhone, "2025-02"},
	{"Auth0 community topic 188478", "2025"},
	{"Auth0 community topic 190134", "2025-08"},
	{"auth0/auth0-java issues 46 and 58", "2017"},
	{"auth0/node-auth0 issue 225", "2017"},
	{"auth0/wordpress issue 343", "2017"},
	{"auth0/ruby-auth0 issue 191", "2019"},
	{"auth0/node-auth0 issue 478", "2020"},
	{"auth0/node-auth0 issue 522", "2020"},
	{"Auth0 community topic 107050", "2024-12"},
	{"auth0/auth0.net pull request 131", "2016"},
	{"auth0/node-auth0 issue 781", "2023"},
	{"auth0/node-auth0 issue 897", "2023"},
	{"recorded", "2018 to 2026"},
}

// dated returns a list of sources with their dates, where these are known.
func dated(sources string) string {
	list := strings.Split(sources, "; ")
	for i, s := range list {
		if d := dateOf(s); d != undated {
			list[i] += " [" + d + "]"
		}
	}
	return strings.Join(list, "; ")
}

const undated = "undated"

// dateOf returns when the source was last known to hold; "undated" where that is not
// known.
func dateOf(source string) string {
	for _, d := range dates {
		if strings.HasPrefix(source, d[0]) {
			return d[1]
		}
	}
	return undated
}
