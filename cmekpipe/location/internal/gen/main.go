// Gen writes the types and tables of package location from its data file. Run it with go generate.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run("locations.json", "."); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// run reads the data file and writes one Go file for each page into a folder.
func run(from, folder string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	sources, err := generate(data)
	if err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	for name, source := range sources {
		if err := os.WriteFile(filepath.Join(folder, name), source, 0o644); err != nil {
			return err
		}
	}
	return nil
}
