module github.com/metameld/metameld/internal/model

go 1.25.0

require github.com/metameld/metameld v0.0.0

require dario.cat/mergo v1.0.2 // indirect

replace github.com/metameld/metameld => ../..
