package user_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

// ParseConnection reads connections as SDKs, the Terraform provider and the documentation
// write them. The function is long because it holds the table.
func TestParseConnection(t *testing.T) {
	yes, no := user.Set(true), user.Set(false)
	for name, tt := range map[string]struct {
		text    string
		want    user.Connection
		warning string // its pointer
	}{
		"database": {
			text: `{"id":"con_a1","name":"staff","display_name":"Staff","strategy":"auth0","realms":["staff"],"enabled_clients":["c1"],"is_domain_connection":false,
				"metadata":{"team":"x"},"options":{"passwordPolicy":"good","brute_force_protection":true,"mfa":{"active":true,"return_enroll_settings":true},"strategy_version":2,
				"validation":{"username":{"min":3,"max":40}},"password_history":{"enable":true,"size":5},"requires_username":true,"disable_signup":true}}`,
			want: user.Connection{Name: "staff", Strategy: "auth0", Kind: user.Database, RequiresUsername: yes},
		},
		"import mode without scripts": {
			text: `{"name":"db","strategy":"auth0","options":{"import_mode":true}}`,
			want: user.Connection{Name: "db", Strategy: "auth0", Kind: user.Database, ImportMode: true}, warning: "/options/import_mode",
		},
		"new sync": {
			text: `{"name":"g","strategy":"github","options":{"set_user_root_attributes":"sometimes"}}`,
			want: user.Connection{Name: "g", Strategy: "github", Kind: user.Social}, warning: "/options/set_user_root_attributes",
		},
		"custom database": {
			text: `{"name":"legacy","strategy":"auth0","options":{"enabledDatabaseCustomization":true,"import_mode":true,"requires_username":false,
				"customScripts":{"login":"function login() {}","get_user":"function getByEmail() {}"},"configuration":{"url":"secret"},"non_persistent_attrs":["ethnicity","gender"]}}`,
			want: user.Connection{
				Name: "legacy", Strategy: "auth0", Kind: user.CustomDatabase, ImportMode: true, RequiresUsername: no, NonPersistent: []string{"ethnicity", "gender"},
			},
		},
		"database with scripts that are off": {
			text: `{"name":"legacy","strategy":"auth0","options":{"enabledDatabaseCustomization":false,"import_mode":false}}`,
			want: user.Connection{Name: "legacy", Strategy: "auth0", Kind: user.Database},
		},
		"flexible identifiers": {
			text: `{"name":"flexible","strategy":"auth0","options":{"precedence":["email","username"],"authentication_methods":{"password":{"enabled":true}},"attributes":{
				"email":{"identifier":{"active":true,"default_method":"password"},"unique":true,"profile_required":true,"verification_method":"code","signup":{"status":"required","verification":{"active":true}}},
				"username":{"identifier":{"active":true},"profile_required":false,"signup":{"status":"optional"},"validation":{"max_length":30,"min_length":5,"allowed_types":{"email":false,"phone_number":true}}},
				"phone_number":{"identifier":{"active":false},"profile_required":false,"signup":{"status":"inactive","verification":{"active":false}}},
				"address":{"profile_required":true}}}}`,
			want: user.Connection{Name: "flexible", Strategy: "auth0", Kind: user.Database, Attributes: user.Attributes{
				Email:       &user.Attribute{Identifier: yes, ProfileRequired: yes, Unique: yes, SignUp: user.Set("required")},
				PhoneNumber: &user.Attribute{Identifier: no, ProfileRequired: no, SignUp: user.Set("inactive")},
				Username: &user.Attribute{
					Identifier: yes, ProfileRequired: no, SignUp: user.Set("optional"),
					MinLength: user.Set[int64](5), MaxLength: user.Set[int64](30), AllowEmail: no, AllowNumber: yes,
				},
			}},
		},
		"social": {
			text: `{"name":"google-oauth2","strategy":"google-oauth2","options":{"client_id":"c","client_secret":"s","scope":["email","profile"],"email":true,
				"set_user_root_attributes":"on_first_login","non_persistent_attrs":null,"attributes":null,"upstream_params":null}}`,
			want: user.Connection{Name: "google-oauth2", Strategy: "google-oauth2", Kind: user.Social, RootAttributes: user.OnFirstLogin},
		},
		"enterprise": {
			text: `{"name":"azure","strategy":"waad","provisioning_ticket_url":"https://example.com","options":{"tenant_domain":"example.com","waad_protocol":"openid-connect",
				"set_user_root_attributes":"on_each_login","should_trust_email_verified_connection":"never_set_emails_as_verified"}}`,
			want: user.Connection{Name: "azure", Strategy: "waad", Kind: user.Enterprise},
		},
		"sms":         {text: `{"name":"sms","strategy":"sms","options":{"from":"+12025550143","totp":{"length":6},"disable_signup":false}}`, want: user.Connection{Name: "sms", Strategy: "sms", Kind: user.PasswordlessSMS}},
		"email":       {text: `{"name":"email","strategy":"email","options":{"name":"email","email":{"from":"x"}}}`, want: user.Connection{Name: "email", Strategy: "email", Kind: user.PasswordlessEmail}},
		"no options":  {text: `{"name":"g","strategy":"github","options":null}`, want: user.Connection{Name: "g", Strategy: "github", Kind: user.Social}},
		"new":         {text: `{"name":"n","strategy":"tomorrow","options":{}}`, want: user.Connection{Name: "n", Strategy: "tomorrow"}, warning: "/strategy"},
		"no strategy": {text: `{"name":"n"}`, want: user.Connection{Name: "n"}, warning: "none"},
		"disabled":    {text: `{"strategy":"auth0","disabled":true}`, want: user.Connection{Strategy: "auth0", Kind: user.Database, Disabled: true}},
		"new status":  {text: `{"strategy":"auth0","options":{"attributes":{"email":{"signup":{"status":"tomorrow"}}}}}`, want: user.Connection{Strategy: "auth0", Kind: user.Database, Attributes: user.Attributes{Email: &user.Attribute{}}}},
	} {
		got, warnings, err := user.ParseConnection([]byte(tt.text))
		require.NoError(t, err, name)
		assert.Empty(t, cmp.Diff(tt.want, got), name)
		if tt.warning == "" {
			assert.Empty(t, warnings, name)
		} else if assert.Len(t, warnings, 1, name) {
			assert.Contains(t, []rule.ID{rule.UnknownStrategy, rule.ConnectionKind}, warnings[0].Rule)
			assert.Equal(t, rule.SeverityWarning, warnings[0].Severity)
			assert.Equal(t, strings.TrimPrefix(tt.warning, "none"), warnings[0].Pointer)
		}
		var back user.Connection // the connection is written as it is read
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &back), "%s", text)
		assert.Empty(t, cmp.Diff(got, back), name)
	}
}

func TestParseConnectionFaults(t *testing.T) {
	for text, want := range map[string]metadata.Error{
		`{"name":1}`:                                                                {Fault: user.ErrMistyped, Pointer: "/name"},
		`{"strategy":["auth0"]}`:                                                    {Fault: user.ErrMistyped, Pointer: "/strategy"},
		`{"options":[]}`:                                                            {Fault: user.ErrMistyped, Pointer: "/options"},
		`{"options":{"import_mode":"true"}}`:                                        {Fault: user.ErrMistyped, Pointer: "/options/import_mode"},
		`{"options":{"requires_username":1}}`:                                       {Fault: user.ErrMistyped, Pointer: "/options/requires_username"},
		`{"options":{"non_persistent_attrs":["a",1]}}`:                              {Fault: user.ErrMistyped, Pointer: "/options/non_persistent_attrs/1"},
		`{"options":{"set_user_root_attributes":1}}`:                                {Fault: user.ErrMistyped, Pointer: "/options/set_user_root_attributes"},
		`{"options":{"attributes":[]}}`:                                             {Fault: user.ErrMistyped, Pointer: "/options/attributes"},
		`{"options":{"attributes":{"email":true}}}`:                                 {Fault: user.ErrMistyped, Pointer: "/options/attributes/email"},
		`{"options":{"enabledDatabaseCustomization":1}}`:                            {Fault: user.ErrMistyped, Pointer: "/options/enabledDatabaseCustomization"},
		`{"options":{"attributes":{"username":{"validation":{"max_length":1.5}}}}}`: {Fault: user.ErrMistyped, Pointer: "/options/attributes/username/validation/max_length"},
		`{"options":{"attributes":{"username":{"validation":{"allowed_types":{"email":1}}}}}}`: {Fault: user.ErrMistyped, Pointer: "/options/attributes/username/validation/allowed_types/email"},
		`{"options":{"attributes":{"phone_number":{"identifier":{"active":"yes"}}}}}`:          {Fault: user.ErrMistyped, Pointer: "/options/attributes/phone_number/identifier/active"},
	} {
		c, warnings, err := user.ParseConnection([]byte(text))
		var es metadata.Errors
		require.ErrorAs(t, err, &es, text)
		require.Len(t, es, 1, text)
		assert.Equal(t, want, *es[0], text)
		assert.Equal(t, user.Connection{}, c)
		assert.Empty(t, warnings)
	}
}

// A target accepts the members of the API's options.attributes, and no others.
func TestAttributes(t *testing.T) {
	const api = `{"email":{"identifier":{"active":true,"default_method":"email_otp"},"unique":false,"profile_required":true,"verification_method":"link","signup":{"status":"required","verification":{"active":true}}},"phone_number":{}}`
	var c user.Connection
	require.NoError(t, c.UnmarshalJSON([]byte(`{"attributes":`+api+`}`)))
	text, err := json.Marshal(c)
	require.NoError(t, err)
	assert.JSONEq(t, `{"attributes":{"email":{"identifier":{"active":true},"unique":false,"profile_required":true,"signup":{"status":"required"}},"phone_number":{}}}`, string(text))
	for text, want := range map[string]metadata.Error{
		`{"phone":{}}`:                                                 {Fault: user.ErrUnknownMember, Pointer: "/attributes/phone"},
		`{"email":{"required":true}}`:                                  {Fault: user.ErrUnknownMember, Pointer: "/attributes/email/required"},
		`{"email":null}`:                                               {Fault: user.ErrMistyped, Pointer: "/attributes/email"},
		`{"email":{"identifier":{"on":true}}}`:                         {Fault: user.ErrUnknownMember, Pointer: "/attributes/email/identifier/on"},
		`{"email":{"signup":{"status":"off"}}}`:                        {Fault: user.ErrUnknownValue, Pointer: "/attributes/email/signup/status"},
		`{"email":{"signup":{"state":"off"}}}`:                         {Fault: user.ErrUnknownMember, Pointer: "/attributes/email/signup/state"},
		`{"username":{"validation":{"min":1}}}`:                        {Fault: user.ErrUnknownMember, Pointer: "/attributes/username/validation/min"},
		`{"username":{"validation":{"allowed_types":{"phone":true}}}}`: {Fault: user.ErrUnknownMember, Pointer: "/attributes/username/validation/allowed_types/phone"},
	} {
		var es metadata.Errors
		require.ErrorAs(t, c.UnmarshalJSON([]byte(`{"attributes":`+text+`}`)), &es, text)
		require.Len(t, es, 1, text)
		assert.Equal(t, want, *es[0], text)
	}
	var a user.Attribute
	require.NoError(t, json.Unmarshal([]byte(`{"profile_required":true,"validation":{"max_length":9}}`), &a))
	assert.Equal(t, user.Attribute{ProfileRequired: user.Set(true), MaxLength: user.Set[int64](9)}, a)
	assert.Error(t, a.UnmarshalJSON([]byte(`{"profile-required":true}`)))
	assert.Error(t, a.UnmarshalJSON([]byte(`[]`)))
}

// A kind that contradicts the strategy is an error.
func TestKindContradictsStrategy(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"strategy":"auth0","kind":"database"}`: true, `{"strategy":"auth0","kind":"custom-database"}`: true, `{"strategy":"tomorrow","kind":"social"}`: true,
		`{"strategy":"auth0"}`: true, `{"strategy":"auth0","kind":"social"}`: false, `{"kind":"database","strategy":"oidc"}`: false, `{"strategy":"sms","kind":"passwordless-email"}`: false,
		`{"kind":""}`: false,
	} {
		var c user.Connection
		err := c.UnmarshalJSON([]byte(text))
		if ok {
			assert.NoError(t, err, text)
			continue
		}
		var es metadata.Errors
		require.ErrorAs(t, err, &es, text)
		require.Len(t, es, 1)
		assert.Equal(t, "/kind", es[0].Pointer)
	}
}
