package emulator

import (
	"fmt"
	"io"
	"strings"
)

// WriteReport prints entries of the ledger for a person: each resource with the key that encrypts it, or NO KEY, and at
// the end how many there are. Resources of Cloud KMS are left out: no key encrypts them. To report only what a run created,
// pass the entries that it added:
//
//	before := len(cloud.Ledger())
//	… run …
//	emulator.WriteReport(os.Stdout, cloud.Ledger()[before:])
func WriteReport(w io.Writer, entries []Entry) error {
	var report strings.Builder
	created, without := 0, 0
	for _, e := range entries {
		if e.IsKMSResource() {
			continue
		}
		created++
		key := e.ProtectedBy().String()
		if key == "" {
			key = "NO KEY"
			without++
		}
		line := fmt.Sprintf("%-7s %s", e.Kind, e.Name)
		if e.Size > 0 {
			line += fmt.Sprintf("  %d bytes", e.Size)
		}
		if !e.Deleted.IsZero() {
			line += " (temporary, deleted)"
		}
		fmt.Fprintf(&report, "  %s\n          %s\n", line, key)
	}
	fmt.Fprintf(&report, "%d resources created, %d resources without a key\n", created, without)
	_, err := io.WriteString(w, report.String())
	return err
}
