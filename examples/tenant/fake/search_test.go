package fake_test

import (
	"encoding/json"
	"fmt"
	"net/url"
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

func TestSearch(t *testing.T) {
	r := start(t, fake.Options{})
	ann := r.create(`{"connection":"` + db + `","email":"ann@example.com","password":"p","given_name":"Ann Marie"}`)
	r.create(`{"connection":"other","email":"ann@example.com","password":"p"}`)
	r.create(`{"connection":"named","email":"anna@example.com","username":"anna","password":"p"}`)
	bob := r.create(`{"connection":"` + db + `","email":"bob@example.com","password":"p"}`)
	for q, want := range map[string]int{
		`email:"ann@example.com"`: 2,
		`email:"ANN@example.com"`: 2,
		`email:ann@example.com`:   2,
		`email:ann*`:              3,
		`email:"ann*"`:            0,
		`email:"ann@example.com" AND identities.connection:"other"`:    1,
		`identities.connection:"other"  AND  email:"ann@example.com" `: 1,
		`given_name:"Ann Marie"`:                        1,
		`username:anna`:                                 1,
		`user_id:"` + ann + `"`:                         1,
		`name:bob* AND nickname:bob AND family_name:""`: 1,
		`phone_number:"+15550000001"`:                   0,
		``:                                              4,
	} {
		a := r.do("GET", "users?search_engine=v3&q="+url.QueryEscape(q), "")
		require.Equal(t, 200, a.status, "%s: %s", q, a.body)
		assert.Len(t, emails(t, a.body), want, q)
	}
	for _, q := range []string{
		`ann`, `email:`, `email:"ann`, `email:a*n`, `email:*`, `email:ann OR email:bob`, `NOT email:ann`, `email:ann AND`, `email:ann AND `, `email:ann email:bob`,
		`(email:ann)`, `email:(ann bob)`, `logins_count:[1 TO 2]`, `email:ann~`, `email:"a\"b"`, `_exists_:email`, `app_metadata.plan:"x"`,
	} {
		assert.Equal(t, 400, r.do("GET", "users?q="+url.QueryEscape(q), "").status, q)
	}
	assert.Len(t, emails(t, r.do("GET", "users-by-email?email=ann%40example.com", "").body), 2)
	assert.Equal(t, "[]", r.do("GET", "users-by-email?email=Ann%40example.com", "").body, "the case counts")
	assert.JSONEq(t, `[{"user_id":"`+bob+`"}]`, r.do("GET", "users-by-email?email=bob%40example.com&fields=user_id", "").body)
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
