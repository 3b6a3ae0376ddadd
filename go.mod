module github.com/metameld/metameld

go 1.25.0

require (
	dario.cat/mergo v1.0.2
	github.com/google/go-cmp v0.7.0
	github.com/stretchr/testify v1.12.1
)

require go.yaml.in/yaml/v3 v3.0.5 // indirect
