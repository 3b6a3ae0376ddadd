// Command program changes the nickname of a user with go-auth0 v1, behind the guard:
//
//	AUTH0_DOMAIN=... AUTH0_CLIENT_ID=... AUTH0_CLIENT_SECRET=... go run ./sdkv1/program 'auth0|1' ann
//
// The application needs the scopes update:users, read:users and read:connections.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/auth0/go-auth0"
	"github.com/auth0/go-auth0/management"

	"github.com/metameld/metameld/examples/goauth0/sdkv1"
	"github.com/metameld/metameld/user/rule"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: program USER_ID NICKNAME")
		os.Exit(2)
	}
	ctx := context.Background()
	credentials := management.WithClientCredentials(ctx, os.Getenv("AUTH0_CLIENT_ID"), os.Getenv("AUTH0_CLIENT_SECRET"))
	if err := run(ctx, os.Args[1], os.Args[2], os.Getenv("AUTH0_DOMAIN"), credentials); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, id, nickname, domain string, options ...management.Option) error {
	plain, err := management.New(domain, options...)
	if err != nil {
		return err
	}
	connections, err := sdkv1.Connections(ctx, plain) // once
	if err != nil {
		return err
	}
	api, err := sdkv1.Guarded(domain, nil, connections, options...)
	if err != nil {
		return err
	}
	err = api.User.Update(ctx, id, &management.User{Nickname: auth0.String(nickname)})
	if r, ok := sdkv1.Meaning(rule.EndpointUpdate, err); ok {
		return fmt.Errorf("%s: %w", r.Source, err)
	}
	return err
}
