//go:build !race

package metadata

const raced = false
