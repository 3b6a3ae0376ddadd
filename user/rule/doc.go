// Package rule holds the rules of the Auth0 Management API as data, and the verdicts
// that other packages reach with them.
//
// To do this, call that:
//
//   - list every rule: [All]; look one up by its [ID], for its source or its statement:
//     [Find];
//   - see whether err contains a violation of a rule: errors.Is(err,
//     rule.ExclusiveAttributes); get every violation: errors.As with a [Violations];
//   - find the rule that an error message of the API is about: [Match]; get the API's
//     answer to a violation: [AnswerTo];
//   - select how every rule reads sources that disagree: [Sources]; select the reading
//     of single rules: [Policies], which [ParsePolicies] reads.
//
// An id never changes its meaning. Each rule has a source and a grade of [Evidence]. A
// rule on which sources disagree, or whose effect is not documented, can have several
// readings; see [Reading]. The first one holds unless Sources or Policies select
// another.
//
// # Ids
//
// The first word of an id names the operations to which the rule applies:
//
//   - value: creations, bulk imports and updates; a few, such as
//     value.connection-kind, every operation;
//   - patch: updates, the workflow card, and Actions;
//   - user: creations, bulk imports, sign-ups, logins and token exchanges;
//   - identities: linking and unlinking;
//   - metadata: diffs of metadata.
//
// Two ids are about results of this library: [MetadataUnreachable] and [More].
//
// # Terms
//
//   - Root attribute: a member of the user at the first level, such as email.
//   - Profile attributes: name, nickname, given_name, family_name and picture.
//   - First level of metadata: the members of user_metadata or app_metadata
//     themselves, not the members of objects inside it.
//   - Wipe: {} sent for a whole metadata object.
//   - Auth0 store: the user database of Auth0, in contrast to a custom database.
//   - Import mode: the setting of a custom database that migrates its users to the Auth0
//     store. A migrated user is one who has been moved there.
//   - Sync: at each login, the connection takes the profile attributes from the identity
//     provider (set_user_root_attributes is on_each_login).
package rule
