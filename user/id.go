package user

// ID is the user_id of a profile. It is opaque and unique in the tenant: compare it,
// and do not parse it. It looks like "provider|key", but the key need not be the id
// that the provider knows; that is the user_id of an identity.
//
// Source: "User Object in Rules", Identities.
type ID string
