package fhirio

import (
	"github.com/apache/beam/sdks/v2/go/pkg/beam"
	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fhirio"
)

// SearchQuery is Beam's type for an element of [Search]: an identifier that is returned with the results, a type of
// resources, or all if it is empty, and parameters.
type SearchQuery = fhirio.SearchQuery

// Read is Beam's own function: it returns the resources that a PCollection<[]byte> names, such as the messages of a store's
// Pub/Sub topic, as a PCollection<string>, and error messages, which may quote data, as another.
func Read(s beam.Scope, resourcePaths beam.PCollection) (resources, failures beam.PCollection) {
	return fhirio.Read(s, resourcePaths)
}

// Search is Beam's own function: it runs a PCollection<SearchQuery> on the store with a full name. It returns a
// PCollection<KV<string, []string>> of each query's identifier and the entries found, and a PCollection<string> of error
// messages, which may quote data.
func Search(s beam.Scope, store string, queries beam.PCollection) (results, failures beam.PCollection) {
	return fhirio.Search(s, store, queries)
}
