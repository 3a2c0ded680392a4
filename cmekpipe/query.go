package cmekpipe

// Query is a project that runs BigQuery queries and the key that everything they leave at rest will rest under: results
// and the temporary dataset around them. It is comparable; the zero Query names nothing.
type Query struct {
	key     KeyName
	project string
}

// Query names the project that runs, and pays for, queries, and ties their results to k. The results' location follows
// from the key's: a key in us serves a query in US, one in europe a query in EU, a regional one its region.
func (k KeyName) Query(project string) (Query, error) {
	const op = "cmekpipe.KeyName.Query"
	if !k.Valid() {
		return Query{}, noKey(op, project)
	}
	if reason := checkProject(project); reason != "" {
		return Query{}, fault{reason, "use the id of a project, such as bank-prod"}.error(op, project)
	}
	return Query{k, project}, nil
}

// MustQuery is [KeyName.Query] for a constant; it panics on a fault.
func (k KeyName) MustQuery(project constant) Query { return must(k.Query(string(project))) }

// Key returns the key that the results will rest under.
func (q Query) Key() KeyName { return q.key }

// Project returns the id of the project that runs the queries.
func (q Query) Project() string { return q.project }

// Valid reports whether a key minted q.
func (q Query) Valid() bool { return q.key.Valid() }

// String returns the project's id; "" for the zero Query.
func (q Query) String() string { return q.project }

// MarshalText returns the key's name, a space and the project's. This is how a Query travels to workers.
func (q Query) MarshalText() ([]byte, error) { return marshalDestination(q.key, q.String()), nil }

// UnmarshalText reads what MarshalText wrote, as strictly as [KeyName.Query].
func (q *Query) UnmarshalText(text []byte) (err error) {
	*q, err = unmarshalDestination(text, KeyName.Query)
	return err
}
