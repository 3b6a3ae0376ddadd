// Package suites runs tests that others wrote against the tenant: those of Auth0's SDK for
// Go, and the exchanges with Auth0 that its authors recorded. Both are read from the
// module cache.
package suites

import (
	"encoding/pem"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/auth0/go-auth0/management" // and what its tests import:
	_ "github.com/joho/godotenv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "gopkg.in/dnaeon/go-vcr.v3/recorder"

	"github.com/metameld/metameld/examples/tenant/fake"
	"github.com/metameld/metameld/user"
	"github.com/metameld/metameld/user/rule"
)

const sdk = "github.com/auth0/go-auth0"

// pass is the result of a test that the tenant passes. Every other result is the reason
// why it does not.
const pass = ""

// needsLogin is the reason for which a test skips itself outside of its recordings.
const needsLogin = "skips itself: it needs a login in a browser"

// userTests are the tests in management/user_test.go.
var userTests = map[string]string{
	"TestUserManager_Create": pass, "TestUserManager_Read": pass, "TestUserManager_Update": pass, "TestUserManager_Delete": pass,
	"TestUserManager_List": pass, "TestUserManager_Search": pass, "TestUserManager_ListByEmail": pass,
	"TestUserManager_Roles": pass, "TestUserManager_Permissions": pass,
	"TestUserManager_Blocks": pass, "TestUserManager_BlocksByIdentifier": pass, "TestUserManager_Unblock": pass, "TestUserManager_UnblockByIdentifier": pass,
	"TestUserManager_Link": pass, "TestUserManager_Unlink": pass,

	// They make no request.
	"TestUser_MarshalJSON": pass, "TestUser_UnmarshalJSON": pass, "TestUserIdentity_MarshalJSON": pass, "TestUserIdentity_UnmarshalJSON": pass,

	"TestUserManager_Enrollments":                      "out of scope: enrolments of multi-factor authentication",
	"TestUserManager_RegenerateRecoveryCode":           "out of scope: recovery codes of multi-factor authentication",
	"TestUserManager_InvalidateRememberBrowser":        "out of scope: remembered browsers of multi-factor authentication",
	"TestUserManager_AuthenticationMethods":            "out of scope: authentication methods",
	"TestUserManager_ListUserSessions":                 "out of scope: sessions, since nobody can log in",
	"TestUserManager_DeleteUserSessions":               "out of scope: sessions, since nobody can log in",
	"TestUserManager_GetUserLogs":                      "out of scope: logs",
	"TestUserManager_Organizations":                    "out of scope: organisations",
	"TestUserManager_ClearRiskAssessmentAssessors":     "out of scope: risk assessments",
	"TestUserManager_ListFederatedConnectionTokenSets": "out of scope: tokens of identity providers",
	"TestUserManager_ListConnectedAccounts":            "out of scope: connected accounts",

	"TestUserManager_ListRefreshTokens":                 needsLogin,
	"TestUserManager_DeleteRefreshTokens":               needsLogin,
	"TestUserManager_DeleteFederatedConnectionTokenSet": needsLogin,
}

// jobTests are the tests in management/job_test.go.
var jobTests = map[string]string{
	"TestJobManager_ImportUsers": pass, "TestJobManager_ImportUsersWithNilOptions": pass, "TestJobManager_ReadErrors": pass,

	"TestJobManager_VerifyEmail": "out of scope: the tenant sends no mail",
	"TestJobManager_ExportUsers": "out of scope: exports as a job, since the tenant has a route of its own",
}

// roleTests are the tests in management/role_test.go.
var roleTests = map[string]string{
	"TestRoleManager_Create": pass, "TestRoleManager_Read": pass, "TestRoleManager_Update": pass, "TestRoleManager_Delete": pass, "TestRoleManager_List": pass,
	"TestRoleManager_Users": pass, "TestRoleManager_UsersCheckpointPagination": pass, "TestRoleManager_Permissions": pass,
}

// The tests of users, roles and imports that Auth0's SDK for Go has, as they are, have the
// expected results with the tenant. A test that is out of scope must fail for want of a
// route, so that no entry is stale.
func TestSDKForGo(t *testing.T) {
	counts := map[string]int{}
	for _, reason := range userTests {
		what, _, _ := strings.Cut(reason, ":")
		counts[what]++
	}
	assert.Equal(t, map[string]int{pass: 19, "out of scope": 11, "skips itself": 3}, counts)

	dir := moduleDir(t)
	binary := filepath.Join(t.TempDir(), "management.test")
	run(t, ".", nil, "go", "test", "-c", "-o", binary, sdk+"/management")
	for _, sources := range []rule.Sources{rule.Strict, rule.Current} {
		for file, want := range map[string]map[string]string{"user_test.go": userTests, "job_test.go": jobTests, "role_test.go": roleTests} {
			t.Run(sources.String()+"/"+file, func(t *testing.T) {
				t.Parallel()
				names := testsIn(t, filepath.Join(dir, "management", file))
				for name := range want {
					assert.Contains(t, names, name)
				}
				results := map[string]result{}
				do := func(names ...string) {
					output := run(t, filepath.Join(dir, "management"), environment(t, sources), binary, "-test.v", "-test.run", "^("+strings.Join(names, "|")+")$")
					maps.Copy(results, resultsIn(output))
				}
				var in []string
				for _, name := range names {
					if strings.HasPrefix(want[name], "out of scope") { // some panic
						do(name)
					} else {
						in = append(in, name)
					}
				}
				do(in...)
				done, reasons := tally{}, map[string]int{}
				for _, name := range names {
					reason, known := want[name]
					got := results[name]
					switch {
					case !known:
						t.Errorf("%s is in no table", name)
					case reason == pass:
						assert.Equal(t, "PASS", got.verdict, "%s\n%s", name, got.output)
					case reason == needsLogin:
						assert.Equal(t, "SKIP", got.verdict, name)
					default:
						assert.Equal(t, "FAIL", got.verdict, "%s passes, although it is %s", name, reason)
						assert.Contains(t, got.output, "This tenant has no such route.", name)
					}
					if done.add(got.verdict, reason); reason != pass {
						reasons[strings.TrimPrefix(reason, "out of scope: ")]++
					}
				}
				done.log(t, filepath.Base(dir)+", management/"+file+", "+sources.String(), reasons)
			})
		}
	}
}

// tally counts the results of a suite.
type tally struct{ passed, failed, out int }

func (n *tally) add(verdict, reason string) {
	switch {
	case reason != pass:
		n.out++
	case verdict == "PASS":
		n.passed++
	default:
		n.failed++
	}
}

// log logs a row of the table that the command table prints, with the reasons and how
// many tests each holds for.
func (n tally) log(t *testing.T, suite string, reasons map[string]int) {
	t.Helper()
	var why []string
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		why = append(why, fmt.Sprintf("%s (%d)", reason, reasons[reason]))
	}
	t.Logf("row: | %s | %d | %d | %d | %s |", suite, n.passed, n.failed, n.out, strings.Join(why, "; "))
}

// moduleDir returns the directory of the SDK in the module cache.
func moduleDir(t *testing.T) string {
	t.Helper()
	return strings.TrimSpace(run(t, ".", nil, "go", "list", "-m", "-f", "{{.Dir}}", sdk))
}

// run runs a command and returns its output. Tests that fail are not an error.
func run(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	output, err := cmd.CombinedOutput()
	if err != nil && !strings.HasPrefix(filepath.Base(name), "management.") {
		require.NoError(t, err, "%s", output)
	}
	return string(output)
}

// testsIn returns the names of the tests in a file.
func testsIn(t *testing.T, path string) (names []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	require.NoError(t, err)
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, "Test") {
			names = append(names, f.Name.Name)
		}
	}
	require.NotEmpty(t, names)
	return names
}

// environment starts a tenant and returns the environment in which the tests of the SDK
// use it: without recordings, trusting its certificate, and with addresses and names that
// are the same in each run.
func environment(t *testing.T, sources rule.Sources) []string {
	t.Helper()
	srv := httptest.NewTLSServer(fake.New(fake.Options{Sources: sources, Connections: []user.Connection{
		{Name: fake.DefaultConnection, Strategy: "auth0", Kind: user.Database, RequiresUsername: user.Set(true)},
	}}))
	t.Cleanup(srv.Close)
	cert := filepath.Join(t.TempDir(), "cert.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw})
	require.NoError(t, os.WriteFile(cert, text, 0o600))
	return []string{
		"AUTH0_DOMAIN=" + strings.TrimPrefix(srv.URL, "https://"), "AUTH0_CLIENT_ID=any", "AUTH0_CLIENT_SECRET=any",
		"AUTH0_HTTP_RECORDINGS=off", "AUTH0_DEBUG=off", "SSL_CERT_FILE=" + cert, "GODEBUG=randautoseed=0",
	}
}

// result is the result of a test.
type result struct{ verdict, output string }

var (
	begin = regexp.MustCompile(`^=== RUN +(\S+)`)
	end   = regexp.MustCompile(`^--- (PASS|FAIL|SKIP): (\S+)`)
)

// resultsIn returns the results in the output of tests.
func resultsIn(output string) map[string]result {
	results := map[string]result{}
	running := ""
	for line := range strings.Lines(output) {
		if m := begin.FindStringSubmatch(line); m != nil {
			running = m[1]
		}
		r := results[running]
		if r.output += line; end.MatchString(line) {
			r.verdict = end.FindStringSubmatch(line)[1]
		}
		results[running] = r
	}
	return results
}
