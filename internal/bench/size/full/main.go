// Command full is command base with metameld: it judges an update, applies it, and logs
// the outcome. Command size builds it.
package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"os"

	"github.com/metameld/metameld/metadata"
	"github.com/metameld/metameld/patch"
	"github.com/metameld/metameld/user"
)

func main() {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		log.Error("read", "error", err)
		os.Exit(1)
	}
	var plan struct {
		User    user.Profile
		Payload patch.Payload
		Target  user.Target
	}
	if err := json.Unmarshal(text, &plan); err != nil {
		log.Error("decode", "error", err)
		os.Exit(1)
	}
	log.Info("judged", "verdict", plan.Payload.Validate(plan.Target))
	out, err := plan.Payload.Apply(plan.User, plan.Target)
	if err != nil {
		log.Error("apply", "error", err)
		os.Exit(1)
	}
	merged := metadata.Deep.Merge(plan.User.AppMetadata, plan.Payload.AppMetadata)
	log.Info("applied", "changes", out.Changes(), "effects", out.Effects, "warnings", out.Warnings, "merged", merged)
	if err := json.NewEncoder(os.Stdout).Encode(out.Profile); err != nil {
		log.Error("encode", "error", err)
	}
}
