// Command gen writes .github/RULES.md, the page of all rules, from the registry of package rule. The go command runs it in the folder
// of that package:
//
//	go generate ./cmekpipe/rule
package main

import (
	"log"
	"os"
)

// file is where the page is written, as seen from the folder of package rule.
const file = "../../.github/RULES.md"

func main() {
	if err := os.WriteFile(file, []byte(page()), 0o644); err != nil {
		log.Fatal(err)
	}
}
