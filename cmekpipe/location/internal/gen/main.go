// Gen writes the types and tables of package location from its data file. Run it with go generate.
package main

import (
	"fmt"
	"os"
)

func main() {
	if err := run("locations.json", "locations_gen.go"); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	source, err := generate(data)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return os.WriteFile(to, source, 0o644)
}
