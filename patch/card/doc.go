// Package card maps the workflow card "Update User" of the Auth0 connector to the API.
//
// To do this, call that:
//
//   - write down the card's inputs: a [Form] literal, or encoding/json, with the
//     inputs keyed by their labels;
//   - get the body that the card sends: [Form.Payload];
//   - get the card's output fields of the user after the update: [Output].
//
// The card "merges the existing and new content" of metadata. The API merges the first
// level only: an object below it is replaced whole ([rule.ReplacedObject]).
package card
