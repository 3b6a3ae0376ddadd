package fake_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/metameld/metameld/examples/tenant/fake"
)

// emails returns the e-mails of the users in a list.
func emails(t testing.TB, text string) (list []string) {
	t.Helper()
	var users []struct{ Email string }
	require.NoError(t, json.Unmarshal([]byte(text), &users), text)
	for _, u := range users {
		list = append(list, u.Email)
	}
	return list
}

// A list has the order in which the users were created, also after updates.
func TestPages(t *testing.T) {
	r := start(t, fake.Options{})
	var want []string
	for i := range 7 {
		email := fmt.Sprintf("user%d@example.com", i)
		id := r.create(`{"connection":"` + db + `","email":"` + email + `","password":"p"}`)
		switch i {
		case 2:
			require.Equal(t, 204, r.do("DELETE", "users/"+id, "").status)
		case 3:
			require.Equal(t, 200, r.do("PATCH", "users/"+id, `{"email":"new@example.com"}`).status)
			want = append(want, "new@example.com")
		default:
			want = append(want, email)
		}
	}
	assert.Equal(t, want, emails(t, r.do("GET", "users", "").body))
	assert.Equal(t, want[2:4], emails(t, r.do("GET", "users?per_page=2&page=1", "").body))
	assert.Equal(t, want[4:], emails(t, r.do("GET", "users?per_page=4&page=1", "").body))
	assert.Equal(t, "[]", r.do("GET", "users?page=9", "").body)
	assert.JSONEq(t, `{"start":4,"limit":4,"length":2,"total":6,"users":[{"email":"user5@example.com"},{"email":"user6@example.com"}]}`,
		r.do("GET", "users?per_page=4&page=1&include_totals=true&fields=email", "").body)
	assert.JSONEq(t, `{"start":0,"limit":1,"length":0,"total":0,"users":[]}`,
		r.do("GET", "users?per_page=1&include_totals=true&q=email:none@example.com", "").body)
}

// searched are the users of the tests of searches, by the name that the tests give them.
const searched = `
{"user_id":"auth0|ann","email":"ann@example.com","email_verified":true,"name":"Ann Marie Smith","given_name":"Ann","nickname":"ann","username":"ann","blocked":true,"logins_count":0,"last_login":"2017-12-31T23:59:59.999Z","created_at":"2017-01-01T00:00:00.000Z","identities":[{"provider":"auth0","user_id":"ann","connection":"other"}],"user_metadata":{"color":"Blue","approved":false,"empty":{},"list":[],"none":null,"preferences":{"fontSize":13},"addresses":{"city":["Paris","Seattle"]}},"app_metadata":{"plan":"gold","seats":5}}
{"user_id":"auth0|bob","email":"bob+x@example.org","email_verified":false,"name":"Bob (Jr)","nickname":"bob","logins_count":100,"last_login":"2018-01-01T00:00:00.000Z","created_at":"2018-06-15T12:00:00.000Z","identities":[{"provider":"auth0","user_id":"bob","connection":"other"},{"provider":"google-oauth2","user_id":"7","connection":"google-oauth2","isSocial":true,"profileData":{"email":"bob@gmail.example","age":40}}],"user_metadata":{"color":"blue","addresses":[{"city":"Rome"},{"city":"Paris"}]},"app_metadata":{"plan":"silver","seats":20,"https://x":1}}
{"user_id":"google-oauth2|cleo","email":"Cleo@Example.com","name":"cléo","multifactor":["guardian"],"logins_count":200,"last_login":"2020-02-29T10:00:00.000Z","created_at":"2020-02-29T10:00:00.000Z","identities":[{"provider":"google-oauth2","user_id":"cleo","connection":"google-oauth2","isSocial":true}],"app_metadata":{"seats":"many"}}`

// search returns the status of a search and the users that it finds, without what
// precedes the bar in their ids.
func (r *rig) search(q string) (int, string) {
	a := r.do("GET", "users?fields=user_id&search_engine=v3&q="+url.QueryEscape(q), "")
	var ids []string
	for part := range strings.SplitSeq(a.body, `"`) {
		if _, id, ok := strings.Cut(part, "|"); ok && a.status == 200 {
			ids = append(ids, id)
		}
	}
	return a.status, strings.Join(ids, " ")
}

// searches are queries and the users that they find. Those marked docs are examples of
// Auth0 docs, User Search Query Syntax and List and Search Users, with other values.
var searches = [][2]string{
	{``, "ann bob cleo"},
	{`  `, "ann bob cleo"},
	// Values.
	{`email:"ann@example.com"`, "ann"},
	{`email:ANN@example.com`, "ann"},
	{`email:"cleo@example.com"`, "cleo"},
	{`email:"bob\+x@example.org" OR email:bob+x@example.org`, "bob"},
	{`name:"ann marie smith"`, "ann"}, // docs
	{`name:ann\ marie\ smith`, "ann"}, // docs, best practices
	{`name:"Bob (Jr)"`, "bob"},
	{`name:Bob\ \(Jr\)`, "bob"},
	{`name:ann`, ""},
	{`name:CLÉO`, "cleo"},
	{`username:ann`, "ann"},
	{`username:"Ann"`, ""}, // the case counts
	{`user_id:"auth0|bob"`, "bob"},
	{`user_id:auth0|bob`, "bob"},
	{`family_name:""`, ""},
	{`email.domain:"example.com"`, "ann cleo"},            // docs
	{`identities.connection:"google-oauth2"`, "bob cleo"}, // docs
	{`identities.provider:auth0 AND identities.isSocial:true`, "bob"},
	{`identities.user_id:"7"`, "bob"},
	{`identities.profileData.email:"bob@gmail.example" AND identities.profileData.age:[30 TO 50]`, "bob"},
	// True, false and numbers.
	{`email_verified:false`, "bob"},                                     // not cleo, who has none
	{`email_verified:false OR NOT _exists_:email_verified`, "bob cleo"}, // docs
	{`blocked:true`, "ann"},
	{`logins_count:0`, "ann"},
	{`(NOT _exists_:logins_count OR logins_count:0)`, "ann"}, // docs
	{`logins_count:1e2`, "bob"},
	// Metadata.
	{`user_metadata.color:"blue"`, "bob"}, // the case counts
	{`user_metadata.approved:false`, "ann"},
	{`user_metadata.preferences.fontSize:13`, "ann"}, // docs
	{`user_metadata.preferences.fontSize:"13.0"`, "ann"},
	{`user_metadata.addresses.city:"Paris"`, "ann bob"}, // docs: the level of lists is ignored
	{`app_metadata.plan:"gold"`, "ann"},                 // docs
	{`app_metadata.https\://x:1`, "bob"},
	{`_exists_:user_metadata.preferences.fontSize`, "ann"}, // docs
	{`_exists_:user_metadata.preferences`, "ann"},
	{`_exists_:user_metadata.empty OR _exists_:user_metadata.list OR _exists_:user_metadata.none`, ""}, // docs: not indexed
	{`_exists_:user_metadata.color AND NOT _exists_:user_metadata.approved`, "bob"},
	// Wildcards.
	{`name:ann*`, "ann"}, // docs
	{`name:a*`, "ann"},
	{`name:*ith`, "ann"},      // docs: a suffix of three characters or more
	{`name:*marie*`, "ann"},   // docs
	{`name:ann*smith`, "ann"}, // docs
	{`name:ann*ann`, ""},
	{`name:b*\)`, "bob"},
	{`email:"ann*"`, ""}, // a star in a phrase is a star
	{`email:ann\*`, ""},
	{`app_metadata.plan:s*r`, "bob"},
	{`identities.connection:goo*2`, "bob cleo"},
	// Ranges.
	{`logins_count:[100 TO 200]`, "bob cleo"}, // docs
	{`logins_count:[100 TO *]`, "bob cleo"},   // docs
	{`logins_count:{100 TO 200}`, ""},         // docs
	{`logins_count:{100 TO *]`, "cleo"},       // docs
	{`logins_count:[100 TO 200}`, "bob"},      // docs
	{`logins_count:[* TO *]`, "ann bob cleo"},
	{`last_login:[* TO 2017-12-31]`, "ann"},          // docs: before 2018
	{`last_login:[2017-12-01 TO 2017-12-31]`, "ann"}, // docs: in December 2017
	{`last_login:[2018 TO *]`, "bob cleo"},
	{`last_login:{2018 TO *]`, "cleo"}, // after all of 2018
	{`last_login:[* TO 2018}`, "ann"},
	{`last_login:{2017-12-31T23:59:59.999Z TO "2018-01-01T00:00:00Z"]`, "bob"},
	{`created_at:"2018-06-15T12:00:00.000Z"`, "bob"},
	{`created_at:2020-02-29`, "cleo"},
	{`name:[bob TO z]`, "bob cleo"},
	{`app_metadata.seats:[5 TO 10]`, "ann"}, // by number
	{`app_metadata.seats:[a TO z]`, "cleo"},
	// Operators.
	{`email:ann* AND logins_count:0`, "ann"},
	{`email:ann* AND logins_count:1`, ""},
	{`email:"ann@example.com" AND identities.connection:"other"`, "ann"},
	{`identities.connection:"other"  AND  email:"ann@example.com" `, "ann"},
	{`email:("ann@example.com" OR "bob+x@example.org")`, "ann bob"}, // docs
	{`email:(NOT ann* AND NOT (bob* OR x))`, "cleo"},
	{`NOT email:ann*`, "bob cleo"},
	{`NOT (email:ann* OR email:bob*)`, "cleo"},
	{`(email:ann* OR email:bob*) AND email_verified:true`, "ann"},
	{`((((((((((((((((email:ann*))))))))))))))))`, "ann"},
	{`email:ann* OR email:bob* AND email_verified:true`, "ann"}, // AND first
	{`email_verified:true AND email:bob* OR email:cleo*`, "cleo"},
	{`email:ann* OR email_verified:true AND email:bob* OR email:cleo*`, "ann cleo"},
	{`email:(ann* OR bob* AND cleo*)`, "ann"},
	// Terms without a field.
	{`ann`, "ann"},
	{`ANN`, "ann"},
	{`smith`, "ann"},             // docs: a word
	{`"marie smith"`, "ann"},     // docs: a phrase, in the same order
	{`"smith marie"`, ""},        // not in this order
	{`"ann smith"`, ""},          // not one after the other
	{`"rie smi"`, ""},            // no words
	{`ann@example.com`, "ann"},   // the whole e-mail
	{`example`, "ann bob cleo"},  // a word of it
	{`CLÉO`, "cleo"},             // of a name
	{`blue OR Blue OR gold`, ""}, // docs: not in user_metadata; nor in app_metadata
	{`mar*`, "ann"},              // a word of a name
	{`ann*smith`, "ann"},         // a whole name
	{`NOT ann AND example`, "bob cleo"},
	{`(ann OR bob) AND _exists_:user_metadata.color`, "ann bob"},
	{`""`, ""},
	{`"!"`, ""},
	// Whole attributes.
	{`_exists_:user_metadata`, "ann bob"},
	{`_exists_:app_metadata AND _exists_:identities`, "ann bob cleo"},
	{`multifactor:guardian`, "cleo"},
	{`_exists_:multifactor`, "cleo"},
}

func TestSearch(t *testing.T) {
	r := start(t, fake.Options{})
	require.NoError(t, r.Seed(strings.NewReader(searched)))
	for _, c := range searches {
		status, found := r.search(c[0])
		assert.Equal(t, 200, status, c[0])
		assert.Equal(t, c[1], found, c[0])
	}
	assert.Len(t, emails(t, r.do("GET", "users-by-email?email=ann%40example.com", "").body), 1)
	assert.Equal(t, "[]", r.do("GET", "users-by-email?email=Ann%40example.com", "").body, "the case counts")
	assert.JSONEq(t, `[{"user_id":"auth0|ann"}]`, r.do("GET", "users-by-email?email=ann%40example.com&fields=user_id", "").body)
}

// There are three versions of the search.
func TestSearchEngine(t *testing.T) {
	r := start(t, fake.Options{})
	for engine, want := range map[string]int{"v1": 200, "v2": 200, "v3": 200, "": 200, "v9": 400, "V3": 400} {
		assert.Equal(t, want, r.do("GET", "users?search_engine="+engine, "").status, engine)
	}
}

// A query that the documentation leaves open, or that means nothing, is refused and does
// not find anybody by accident.
func TestRefusedSearch(t *testing.T) {
	r := start(t, fake.Options{})
	require.NoError(t, r.Seed(strings.NewReader(searched)))
	for _, q := range []string{
		`:ann`, `*`, `*nn`, `_exists_`, `ann bob`, `"ann" bob`, `ann~`, `[a TO b]`, `ann and bob`, `:`, `()`, `(`, `)`, `email:`, `email:()`, `email:(ann`, `email:ann)`, `email: ann`, `email :ann`, `email:"ann`, `email:"ann"bob`, `email:""x`,
		`email:ann email:bob`, `email:ann AND`, `AND email:ann`, `email:ann AND AND email:bob`, `NOT`, `NOT NOT email:ann`, `email:NOT`, `email:AND`, `email:ann NOT email:bob`,
		`email:ann and email:bob`, `email:(ann bob)`, `email:(name:ann)`,
		`email:ann && name:bob`, `email:ann||bob`, `!email:ann`, `-email:ann`, `+email:ann`, `email:-ann`, `email:!ann`, `email:ann~`, `email:ann^2`, `"ann smith"~3`, `email:a?n`, `email:/ann/`,
		`logins_count:>5`, `logins_count:<=5`, `logins_count:[1]`, `logins_count:[1 TO]`, `logins_count:[1 TO 5`, `logins_count:[1 5]`, `logins_count:[TO 5]`, `logins_count:[1 TO 5)`, `logins_count:["" TO 5]`,
		`logins_count:[a TO b]`, `logins_count:x`, `logins_count:0x1`, `logins_count:NaN`, `logins_count:1*`, `email_verified:yes`, `email_verified:[false TO true]`, `email_verified:tr*`,
		`created_at:[x TO y]`, `created_at:yesterday`, `created_at:[now-1d TO *]`, `created_at:2018*`, `created_at:2018-06-15T12:00:00Z`,
		`name:*`, `name:*th`, `name:**`, `name:*a*b*`, `na*me:ann`, `email:a\`, `_exists_:`, `_exists_:*`, `_exists_:nothing`, `NOT _exists_`, `_exists_:(email)`,
		`nothing:x`, `identities:x`, `user_metadata:x`, `user_metadata.:x`, `user_metadata..x:y`, `app_metadata.x.:y`, `organization_id:org_1`, `email.raw:x`,
		`user_metadata.color:bl*`, `user_metadata.preferences.fontSize:[1 TO 20]`, // docs: not available
		"user_metadata" + strings.Repeat(".a", 32) + ":1",
		strings.Repeat("(", 17) + "email:ann" + strings.Repeat(")", 17),
		strings.Repeat("NOT (", 500), strings.Repeat("email:(", 500),
	} {
		a := r.do("GET", "users?q="+url.QueryEscape(q), "")
		assert.Equal(t, 400, a.status, "%s: %s", q, a.body)
		assert.Equal(t, `"invalid_query_string"`, field(t, a.body, "errorCode"), q)
		assert.NotContains(t, a.body, "smith")
	}
	assert.Equal(t, 414, r.do("GET", "users?q=email:"+strings.Repeat("a", 4096), "").status)
}

func TestSort(t *testing.T) {
	r := start(t, fake.Options{})
	require.NoError(t, r.Seed(strings.NewReader(searched)))
	for sort, want := range map[string]string{
		"": "ann bob cleo", "created_at:1": "ann bob cleo", "created_at:-1": "cleo bob ann", "logins_count:-1": "cleo bob ann", "email:1": "ann bob cleo",
		"email:-1": "cleo bob ann", "email_verified:1": "bob ann cleo", "email_verified:-1": "ann bob cleo", "given_name:-1": "ann bob cleo",
		"email.domain:-1": "bob ann cleo", "name:-1": "cleo bob ann",
	} {
		a := r.do("GET", "users?fields=user_id&sort="+sort, "")
		require.Equal(t, 200, a.status, a.body)
		var ids []string
		for _, part := range strings.Split(a.body, "|")[1:] {
			id, _, _ := strings.Cut(part, `"`)
			ids = append(ids, id)
		}
		assert.Equal(t, want, strings.Join(ids, " "), sort)
	}
	assert.JSONEq(t, `{"start":1,"limit":1,"length":1,"total":2,"users":[{"user_id":"auth0|bob"}]}`,
		r.do("GET", "users?fields=user_id&sort=logins_count:-1&q=logins_count:[100+TO+*]&per_page=1&page=1&include_totals=true", "").body)
	for _, sort := range []string{"email", "email:", "email:0", "email:2", "email:+1", "email:1:1", ":1", "nothing:1", "user_metadata.color:1", "app_metadata.plan:-1", "identities.connection:1", "email:1,name:1"} {
		assert.Equal(t, 400, r.do("GET", "users?sort="+url.QueryEscape(sort), "").status, sort)
	}
}

// A query or its negation holds for each user, and parentheses around it change nothing.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{
		`email:ann* AND NOT (name:"b\"" OR logins_count:[1 TO 5})`, `_exists_:user_metadata.a.b`, `app_metadata.x:(1 OR "2" OR *abc*d)`, `last_login:{2017 TO *]`,
		`created_at:2020-02-30 OR blocked:true`, `email.domain:x OR identities.profileData.a:{a TO "b"}`, `((((`, `NOT NOT`, "name:\xff*\x00", `name:\`,
	} {
		f.Add(q)
	}
	tenant := fake.New(fake.Options{Connections: connections})
	if err := tenant.Seed(strings.NewReader(searched)); err != nil {
		f.Fatal(err)
	}
	find := func(t *testing.T, q string) (int, int) {
		out := httptest.NewRecorder()
		tenant.ServeHTTP(out, httptest.NewRequest("GET", "/api/v2/users?q="+url.QueryEscape(q), nil))
		if out.Code != 200 {
			return out.Code, 0
		}
		return 200, len(emails(t, out.Body.String()))
	}
	f.Fuzz(func(t *testing.T, q string) {
		status, n := find(t, q)
		if status != 200 || strings.TrimSpace(q) == "" {
			if status != 200 && status != 400 && status != 414 {
				t.Fatal(status)
			}
			return
		}
		if strings.Count(q, "(") < 15 && len(q) < 4000 {
			if status, m := find(t, "("+q+")"); status != 200 || m != n {
				t.Fatalf("%q finds %d users, and in parentheses %d %d", q, n, status, m)
			}
			if status, m := find(t, "NOT ("+q+")"); status != 200 || m != 3-n {
				t.Fatalf("%q finds %d users, and its negation %d %d", q, n, status, m)
			}
		}
	})
}

// No page number overflows an int of 32 bits: GOARCH=386 runs this test too.
func TestPagesTooFar(t *testing.T) {
	r := start(t, fake.Options{})
	r.ann(`{}`)
	for _, page := range []string{"10", "21474836", "21474837", "42949672", "42949673", "1073741823", "1073741824"} {
		for _, perPage := range []string{"100", "50", "99", "3"} {
			if page == "10" && perPage != "100" {
				continue
			}
			for _, more := range []string{"", "&q=email:ann*", "&include_totals=true"} {
				a := r.do("GET", "users?page="+page+"&per_page="+perPage+more, "")
				assert.Equal(t, 400, a.status, "%s of %s%s: %s", page, perPage, more, a.body)
				assert.Contains(t, a.body, "invalid_paging", "%s of %s%s", page, perPage, more)
			}
		}
		assert.Equal(t, "[]", r.do("GET", "users?page="+page+"&per_page=0", "").body, "%s of none", page)
	}
	for _, number := range []string{"1073741825", "2147483647", "2147483648", "4294967296", "9223372036854775807"} {
		a := r.do("GET", "users?page="+number, "")
		assert.Equal(t, 400, a.status, number)
		assert.Contains(t, a.body, "'Value "+number+" is greater than maximum 1073741824' on property page", number)
		assert.Contains(t, r.do("GET", "users?per_page="+number, "").body, "'Value "+number+" is greater than maximum 100' on property per_page", number)
		assert.Contains(t, r.do("GET", "users?page=-"+number, "").body, "'Value -"+number+" is less than minimum 0' on property page", number)
	}
	assert.Equal(t, 400, r.do("GET", "users?page=99999999999999999999", "").status)
}
