module github.com/metameld/metameld/internal/bench

go 1.25.0

require (
	dario.cat/mergo v1.0.2
	github.com/evanphx/json-patch/v5 v5.9.11
	github.com/metameld/metameld v0.0.0
	github.com/valyala/fastjson v1.6.10
)

replace github.com/metameld/metameld => ../..
