package loopback

import (
	"fmt"
	"io"
)

// Ready tells that all is there that the pipeline finds when it begins.
func (c *Cloud) Ready() { c.ready = len(c.Ledger()) }

// ShowCreated prints each resource that came to rest since [Cloud.Ready] and the key that it rests under.
func (c *Cloud) ShowCreated(w io.Writer) {
	fmt.Fprintln(w, "what the run created, and what it rests under:")
	created := c.Ledger()[c.ready:]
	without := 0
	for _, e := range created {
		under := "NO KEY"
		if key := e.ProtectedBy(); key.Valid() {
			under = key.String()
		} else {
			without++
		}
		size, gone := "", ""
		if e.Size > 0 {
			size = fmt.Sprintf("  %d bytes", e.Size)
		}
		if !e.Deleted.IsZero() {
			gone = " (temporary, deleted)"
		}
		fmt.Fprintf(w, "  %-7s %s%s%s\n          %s\n", e.Kind, e.Name, size, gone, under)
	}
	fmt.Fprintf(w, "%d resources created, %d resources without the key\n", len(created), without)
}
