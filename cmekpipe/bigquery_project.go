package cmekpipe

// BigQueryProject is a project that runs BigQuery queries and the key that everything they leave at rest will rest under: results
// and the temporary dataset around them. It is comparable; the zero Query names nothing.
type BigQueryProject struct {
	key     KeyName
	project string
}

// Query names the project that runs, and pays for, queries, and ties their results to k. The results' location follows
// from the key's: a key in us serves a query in US, one in europe a query in EU, a regional one its region.
func (k KeyName) BigQueryProject(project string) (BigQueryProject, error) {
	const op = "cmekpipe.KeyName.Query"
	if !k.Valid() {
		return BigQueryProject{}, noKey(op, project)
	}
	if reason := checkProject(project); reason != "" {
		return BigQueryProject{}, fault{reason, "use the id of a project, such as bank-prod"}.error(op, project)
	}
	return BigQueryProject{k, project}, nil
}

// MustBigQueryProject is [KeyName.BigQueryProject] for a constant; it panics on a fault.
func (k KeyName) MustBigQueryProject(project constant) BigQueryProject {
	return must(k.BigQueryProject(string(project)))
}

// Key returns the key that the results will rest under.
func (q BigQueryProject) Key() KeyName { return q.key }

// Project returns the id of the project that runs the queries.
func (q BigQueryProject) Project() string { return q.project }

// Valid reports whether a key minted q.
func (q BigQueryProject) Valid() bool { return q.key.Valid() }

// String returns the project's id; "" for the zero Query.
func (q BigQueryProject) String() string { return q.project }

// MarshalText returns the key's name, a space and the project's. This is how a Query travels to workers.
func (q BigQueryProject) MarshalText() ([]byte, error) {
	return marshalDestination(q.key, q.String()), nil
}

// UnmarshalText reads what MarshalText wrote, as strictly as [KeyName.BigQueryProject].
func (q *BigQueryProject) UnmarshalText(text []byte) (err error) {
	*q, err = unmarshalDestination(text, KeyName.BigQueryProject)
	return err
}
