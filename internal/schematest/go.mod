module github.com/metameld/metameld/internal/schematest

go 1.25.0

require (
	github.com/metameld/metameld v0.0.0
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.2
)

require (
	dario.cat/mergo v1.0.2 // indirect
	golang.org/x/text v0.14.0 // indirect
)

replace github.com/metameld/metameld => ../..
