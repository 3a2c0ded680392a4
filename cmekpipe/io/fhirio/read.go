package fhirio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fhirio"
)

// SearchQuery is an element of [Search]: an identifier that comes back with the results, a type of resources, all if it
// is empty, and parameters.
type SearchQuery = fhirio.SearchQuery

// Read is Beam's: it returns the resources that a PCollection<[]byte> names, such as the messages of a store's Pub/Sub
// topic, as a PCollection<string>, and one of error messages, which may quote data.
func Read(s beam.Scope, resourcePaths beam.PCollection) (resources, failures beam.PCollection) {
	return fhirio.Read(s, resourcePaths)
}

// Search is Beam's: it returns what a PCollection<SearchQuery> finds in the store of a full name, as a
// PCollection<KV<string, []string>> of the query's identifier and the entries found, and a PCollection<string> of error
// messages, which may quote data.
func Search(s beam.Scope, store string, queries beam.PCollection) (results, failures beam.PCollection) {
	return fhirio.Search(s, store, queries)
}
