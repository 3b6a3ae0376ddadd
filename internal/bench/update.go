package bench

import (
	"encoding/json"

	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

// Update is a profile and a payload for it, as texts.
type Update struct {
	Name             string // "2KB"
	Profile, Payload []byte
}

// NewUpdate returns the update of a profile that is as long as size or a
// little longer; false for the large ones, which no profile can have.
//
// The payload is a typical one: two root attributes, a flag, a few members of
// either metadata. Nothing in it deserves a warning but what the profile's size
// does, so that what is measured is no list of warnings.
func NewUpdate(size string) (Update, bool) {
	sizes := map[string]int{"2KB": 2048, "10KB": 10240}
	if sizes[size] == 0 {
		return Update{}, false
	}
	const tail = `,"app_metadata":{"plan":"team","seats":12,"roles":["editor","billing"],"limits":{"projects":40,"storage_mb":20480}}}`
	head := profileHead + `"user_metadata":`
	stored := document(sizes[size] - len(head) - len(tail))
	return Update{size, []byte(head + string(stored) + tail), []byte(updatePayload)}, true
}

const (
	profileHead = `{"user_id":"auth0|65f0c0ffee0123456789abcd","email":"zoe.mueller@example.com","email_verified":true,` +
		`"username":"zoe","name":"Zoë Müller-Nguyễn","nickname":"zoë","given_name":"Zoë","family_name":"Müller-Nguyễn",` +
		`"picture":"https://example.com/avatars/zoe.png","blocked":false,` +
		`"identities":[{"provider":"auth0","user_id":"65f0c0ffee0123456789abcd","connection":"members","isSocial":false}],` +
		`"last_ip":"192.0.2.17","last_login":"2026-03-12T21:06:41.000Z","logins_count":1482,` +
		`"created_at":"2024-03-12T21:06:41.000Z","updated_at":"2026-03-12T21:06:41.000Z",`

	updatePayload = `{"given_name":"Zoé","nickname":"zoé","email_verified":true,` +
		`"user_metadata":{"tags":["beta","早期"],"score":87.25,"legacy_id":null,"last_seen_version":"5.2.0"},` +
		`"app_metadata":{"seats":15,"limits":{"projects":60,"storage_mb":40960}}}`
)

// Updater is one way to bring an update's texts into memory and a profile's text
// out again.
type Updater struct {
	Name   string
	Update func(profile, payload []byte) ([]byte, error)
}

// Updaters returns them. metameld comes first: it parses, judges and applies. The
// others decode both texts and encode the profile as it came: less than the same.
func Updaters() []Updater {
	buf := make([]byte, 0, 32<<10)
	return []Updater{
		{"metameld", func(profile, payload []byte) ([]byte, error) {
			p, err := patch.Parse(payload)
			if err != nil {
				return nil, err
			}
			if err := p.Validate(databaseUser).Err(); err != nil {
				return nil, err
			}
			u, err := user.Parse(profile)
			if err != nil {
				return nil, err
			}
			out, err := p.Apply(u, databaseUser)
			if err != nil {
				return nil, err
			}
			return out.Profile.AppendJSON(buf), nil
		}},
		{decodeEncode, func(profile, payload []byte) ([]byte, error) {
			var p plainPayload
			if err := json.Unmarshal(payload, &p); err != nil {
				return nil, err
			}
			var u plainProfile
			if err := json.Unmarshal(profile, &u); err != nil {
				return nil, err
			}
			return json.Marshal(&u)
		}},
	}
}

const decodeEncode = "encoding-json"

// plainProfile is a profile as a program would declare it.
type plainProfile struct {
	UserID        string          `json:"user_id,omitempty"`
	Email         string          `json:"email,omitempty"`
	EmailVerified bool            `json:"email_verified"`
	Username      string          `json:"username,omitempty"`
	PhoneNumber   string          `json:"phone_number,omitempty"`
	PhoneVerified *bool           `json:"phone_verified,omitempty"`
	Name          string          `json:"name,omitempty"`
	Nickname      string          `json:"nickname,omitempty"`
	GivenName     string          `json:"given_name,omitempty"`
	FamilyName    string          `json:"family_name,omitempty"`
	Picture       string          `json:"picture,omitempty"`
	Blocked       *bool           `json:"blocked,omitempty"`
	Identities    []plainIdentity `json:"identities,omitempty"`
	UserMetadata  map[string]any  `json:"user_metadata,omitempty"`
	AppMetadata   map[string]any  `json:"app_metadata,omitempty"`
	Multifactor   []string        `json:"multifactor,omitempty"`
	LastIP        string          `json:"last_ip,omitempty"`
	LastLogin     string          `json:"last_login,omitempty"`
	LoginsCount   int64           `json:"logins_count,omitempty"`
	LastReset     string          `json:"last_password_reset,omitempty"`
	CreatedAt     string          `json:"created_at,omitempty"`
	UpdatedAt     string          `json:"updated_at,omitempty"`
}

type plainIdentity struct {
	Connection  string         `json:"connection"`
	UserID      string         `json:"user_id"`
	Provider    string         `json:"provider"`
	IsSocial    bool           `json:"isSocial"`
	ProfileData map[string]any `json:"profileData,omitempty"`
}

// plainPayload is a payload as a program would declare it.
type plainPayload struct {
	Blocked           *bool          `json:"blocked,omitempty"`
	EmailVerified     *bool          `json:"email_verified,omitempty"`
	Email             *string        `json:"email,omitempty"`
	PhoneNumber       *string        `json:"phone_number,omitempty"`
	PhoneVerified     *bool          `json:"phone_verified,omitempty"`
	UserMetadata      map[string]any `json:"user_metadata,omitempty"`
	AppMetadata       map[string]any `json:"app_metadata,omitempty"`
	GivenName         *string        `json:"given_name,omitempty"`
	FamilyName        *string        `json:"family_name,omitempty"`
	Name              *string        `json:"name,omitempty"`
	Nickname          *string        `json:"nickname,omitempty"`
	Picture           *string        `json:"picture,omitempty"`
	VerifyEmail       *bool          `json:"verify_email,omitempty"`
	VerifyPhoneNumber *bool          `json:"verify_phone_number,omitempty"`
	Password          *string        `json:"password,omitempty"`
	Connection        *string        `json:"connection,omitempty"`
	ClientID          *string        `json:"client_id,omitempty"`
	Username          *string        `json:"username,omitempty"`
}
