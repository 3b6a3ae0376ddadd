package rule

import (
	"strings"

	"github.com/metameld/metameld/internal/limit"
)

// The rules on user_metadata, app_metadata and the size of a profile. Those whose ids
// begin with value hold for creations, imports and updates, the others for updates only.
// Those on the size of a profile hold for logins and links too.
const (
	// What metadata can contain.
	MetadataName                ID = "value.metadata-name"
	NestedMetadataName          ID = "value.nested-metadata-name"
	ReservedName                ID = "value.reserved-name"
	AuthorizationInUserMetadata ID = "value.authorization-in-user-metadata"
	NumberPrecision             ID = "value.number-precision"
	MetadataNull                ID = "patch.metadata-null"

	// Sizes.
	MetadataSize       ID = "value.metadata-size"        // of one metadata object that is sent
	ProfileAllowance   ID = "value.profile-allowance"    // of a profile beyond its limit
	LargeMetadata      ID = "value.large-metadata"       // an object that makes the profile too large
	MergedMetadataSize ID = "patch.merged-metadata-size" // of one metadata object after an update
	ProfileSize        ID = "patch.profile-size"         // of a profile after an operation
	SearchSize         ID = "patch.search-size"          // of a profile that is indexed whole

	// Effects of an update.
	MetadataWipe     ID = "patch.metadata-wipe"      // {} for a whole object
	NestedNull       ID = "patch.nested-null"        // a null below the first level
	LastMember       ID = "patch.last-member"        // a null that leaves an empty object
	MetadataNoObject ID = "patch.metadata-no-object" // stored metadata that is not an object
	ReplacedObject   ID = "patch.replaced-object"    // an object inside metadata that loses members
)

// profileDates states since when and until when larger profiles are tolerated.
var profileDates = limit.ProfileDates + "."

// metadataRules are the rules on the two metadata objects.
var metadataRules = []Rule{
	{ID: MetadataName, Severity: SeverityError, Evidence: Documented,
		Statement: "At the first level of user_metadata and app_metadata, a name must not contain a dot or a dollar sign.",
		Source:    metadataPage},
	{ID: NestedMetadataName, Severity: SeverityError, Evidence: Inferred,
		Statement: "Below the first level of metadata, a name must not contain a dot or a dollar sign either.",
		Source:    metadataPage,
		Readings: current(lenient, refuses(
			because{"the restriction is taken to apply at every level", metadataPage + ", read for every level"},
			because{"the documentation restricts field names without mentioning a level", metadataPage},
		))},
	{ID: ReservedName, Severity: SeverityError, Evidence: Documented,
		Statement: say("%d names are reserved and must not be used at the first level of app_metadata: %s.", len(limit.ReservedNames), strings.Join(limit.ReservedNames, ", ")),
		Source:    metadataPage + "; " + importSchema},
	{ID: MetadataSize, Severity: SeverityError, Evidence: Inferred,
		Statement: say("user_metadata and app_metadata must each have at most %s. An older page states this limit for user_metadata; the limit of the profile is lower.", limit.Size(limit.Metadata)),
		Source:    signUpPage + "; " + metadataPage},
	{ID: ProfileAllowance, Severity: SeverityError, Evidence: Inferred,
		Statement: say("A user profile has a limit of %s and an extended allowance. %s A creation, an import, an update or a link is refused if the profile grows and then has more than %s bytes; if it gets smaller, the write is accepted. If the profile is not known, metadata objects of more than %[3]s bytes are refused. A login is accepted with a warning, since no source states that it fails. That the allowance is about ten times the limit is stated in one place only.", limit.Size(limit.Profile), profileDates, limit.Count(limit.ProfileAllowance)),
		Source:    sizePage + "; " + metadataPage,
		Readings: current(strict, between(refuses(
			because{say("the allowance is about ten times the limit of %s; uncapped profiles are deprecated since %s, with end of life on %s", limit.Size(limit.Profile), limit.ProfileDeprecated, limit.ProfileEndOfLife), sizePage},
			because{say("more than %s bytes, but the allowance is not documented exactly; uncapped profiles are deprecated since %s, with end of life on %s", limit.Count(limit.ProfileAllowance), limit.ProfileDeprecated, limit.ProfileEndOfLife), metadataPage},
		), "uncapped", because{say("accepted with a warning: more than %s bytes, which the tenant stores while it has the migration setting Uncapped User Profile Data, deprecated since %s, with end of life on %s", limit.Count(limit.ProfileAllowance), limit.ProfileDeprecated, limit.ProfileEndOfLife), sizePage}))},
	{ID: AuthorizationInUserMetadata, Severity: SeverityWarning, Evidence: Documented,
		Statement: "Users can change their user_metadata. Roles, groups, permissions, departments and job codes belong in app_metadata.",
		Source:    "User Object in Rules, Metadata"},
	{ID: NumberPrecision, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "A number that JavaScript cannot represent exactly may be returned rounded, or not at all.",
		Source:    "ECMAScript, Number type; Auth0 Actions and Rules run JavaScript"},
	{ID: LargeMetadata, Severity: SeverityWarning, Evidence: Documented,
		Statement: say("A metadata object of more than %s adds latency, and the profile that contains it exceeds its limit. %s", limit.Size(limit.Profile), profileDates),
		Source:    "User Object in Rules, Metadata; " + metadataPage + "; " + sizePage},
	{ID: MetadataNull, Severity: SeverityError, Evidence: Disputed,
		Statement: "In an update, user_metadata and app_metadata cannot be null.",
		Source:    updateSchema + "; auth0/ruby-auth0 issue 191",
		Readings: current(strict, refuses(
			because{"the schema requires an object", updateSchema},
			because{"according to an older answer, null empties the object", "auth0/ruby-auth0 issue 191"},
		))},
	{ID: MetadataWipe, Severity: SeverityWarning, Evidence: Documented,
		Statement: "In an update, {} for user_metadata or app_metadata removes every member of the stored object.",
		Source:    "Auth0 docs, Manage User Metadata; recorded exchanges; auth0/docs issue 8130; auth0/node-auth0 issue 522",
		Readings: []Reading{
			reading("app-metadata-absent", because{"user_metadata is {} afterwards and app_metadata is absent, as recorded", "recorded exchanges"}),
			reading("both-empty", because{"app_metadata is {} afterwards too, as reported in 2020", "auth0/node-auth0 issue 522"}),
		}},
	{ID: NestedNull, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "In an update, the effect of a null below the first level of metadata is not documented.",
		Source:    "Auth0 docs, Manage User Metadata (does not cover it)",
		Readings: []Reading{
			reading("stored", because{"the null is stored, since a first-level merge replaces values whole", manageMetadataPage}),
			reading("stripped", because{"a null member is left out; a null element of a list is stored", "no source"}),
		}},
	{ID: LastMember, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If a null removes the last member of a metadata object, the result is not documented. It is taken to be the same as after a wipe.",
		Source:    "Auth0 docs, Manage User Metadata (does not cover it); recorded wipes",
		Readings: []Reading{
			reading("wiped", because{"user_metadata is {} and app_metadata is absent, as after a wipe", "recorded wipes"}),
			reading("empty", because{"both are {}", "no source"}),
		}},
	{ID: MetadataNoObject, Severity: SeverityWarning, Evidence: Inferred,
		Statement: "If stored metadata is not an object, the result of an update is not documented.",
		Source:    updateEndpoint + " (does not cover it)",
		Readings: []Reading{
			reading("replaced", because{"the payload's object replaces the stored value", updateEndpoint}),
			reading("kept", because{"the stored value stays", "no source"}),
		}},
	{ID: MergedMetadataSize, Severity: SeverityWarning, Evidence: Inferred,
		Statement: say("If an update makes a stored metadata object larger than %s, the object exceeds the limit that an older page states. The API's answer is not documented.", limit.Size(limit.Metadata)),
		Source:    signUpPage + " (does not cover updates)",
		Readings:  accepts(because{"the limit is documented for an object that is sent", signUpPage})},
	{ID: ProfileSize, Severity: SeverityWarning, Evidence: Documented,
		Statement: say("A profile of more than %s (%s bytes of its JSON text) exceeds the limit of user profiles. The write succeeds with a warning in the tenant log. %s", limit.Size(limit.Profile), limit.Count(limit.Profile), profileDates),
		Source:    metadataPage + "; " + sizePage},
	{ID: SearchSize, Severity: SeverityWarning, Evidence: Documented,
		Statement: say("If a profile has more than %s, its large values are left out of the search index and of lists of users.", limit.Size(limit.Indexed)),
		Source:    metadataPage},
	{ID: ReplacedObject, Severity: SeverityWarning, Evidence: Documented,
		Statement: "An update replaces an object inside metadata as a whole. Members of the old object that the new one lacks are lost. Where the workflow card merges the existing and the new content, this means the first level only.",
		Source:    "Auth0 docs, Manage User Metadata; " + updateEndpoint + "; " + updateCard},
}
