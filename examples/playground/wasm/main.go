//go:build js && wasm

// Wasm is the part of the playground that runs in a web worker: it defines the function
// metameld, which takes a state of the page and returns an answer as JSON text.
package main

import (
	"runtime/debug"
	"syscall/js"

	"github.com/metameld/metameld/examples/playground/answer"
)

func main() {
	debug.SetGCPercent(400) // collecting garbage stops the only thread
	js.Global().Set("metameld", js.FuncOf(func(_ js.Value, args []js.Value) any {
		return string(answer.Of(state(args[0])))
	}))
	js.Global().Set("metameldPage", string(answer.PageJSON()))
	select {}
}

// state reads a state. To read its members is faster than to read JSON text: texts are
// copied once.
func state(v js.Value) answer.State {
	s := answer.State{Form: map[string]string{}}
	for name, field := range map[string]*string{
		"tab": &s.Tab, "user": &s.User, "payload": &s.Payload, "connection": &s.Connection, "kind": &s.Kind, "sync": &s.Sync, "scopes": &s.Scopes,
		"sources": &s.Sources, "base": &s.Base, "delta": &s.Delta, "database": &s.Database, "update": &s.Update,
	} {
		*field = text(v.Get(name))
	}
	for name, field := range map[string]*bool{"importMode": &s.ImportMode, "migrated": &s.Migrated, "secondary": &s.Secondary, "passEmpty": &s.PassEmpty} {
		*field = v.Get(name).Truthy()
	}
	if form := v.Get("form"); form.Truthy() {
		for _, label := range answer.Labels() {
			if input := form.Get(label); input.Type() == js.TypeString {
				s.Form[label] = input.String()
			}
		}
	}
	if steps := v.Get("steps"); steps.Truthy() {
		for i := range steps.Length() {
			step := steps.Index(i)
			s.Steps = append(s.Steps, answer.Step{Do: text(step.Get("do")), Text: text(step.Get("text"))})
		}
	}
	return s
}

// text returns the text of a value, if it is one.
func text(v js.Value) string {
	if v.Type() != js.TypeString {
		return ""
	}
	return v.String()
}
