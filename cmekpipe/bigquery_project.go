package cmekpipe

// BigQueryProject is a project that runs BigQuery queries, and the key that encrypts what they store: their results and
// the temporary dataset that holds them. It is comparable; the zero BigQueryProject names nothing.
type BigQueryProject struct {
	key     KeyName
	project string
}

// BigQueryProject returns the project that runs, and pays for, queries whose results are encrypted with k. The key's
// location decides the results': a key in us is for queries in US, one in europe for queries in EU, one in a region for
// queries in that region.
func (k KeyName) BigQueryProject(project string) (BigQueryProject, error) {
	const op = "cmekpipe.KeyName.BigQueryProject"
	if !k.Valid() {
		return BigQueryProject{}, noKey(op, project)
	}
	if reason := checkProject(project); reason != "" {
		return BigQueryProject{}, fault{reason, "use the id of a project, such as bank-prod"}.error(op, project)
	}
	return BigQueryProject{k, project}, nil
}

// MustBigQueryProject is [KeyName.BigQueryProject] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustBigQueryProject(project literalElseCallWithoutMust) BigQueryProject {
	return must(k.BigQueryProject(string(project)))
}

// Key returns the key that encrypts the results.
func (q BigQueryProject) Key() KeyName { return q.key }

// Project returns the id of the project that runs the queries.
func (q BigQueryProject) Project() string { return q.project }

// Valid reports whether q was created from a key: it is false for the zero value only.
func (q BigQueryProject) Valid() bool { return q.key.Valid() }

// String returns the project's id; "" for the zero BigQueryProject.
func (q BigQueryProject) String() string { return q.project }

// MarshalText returns the key's name, a space and the project's. Beam sends it to workers in this form.
func (q BigQueryProject) MarshalText() ([]byte, error) {
	return marshalDestination(q.key, q.String()), nil
}

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.BigQueryProject].
func (q *BigQueryProject) UnmarshalText(text []byte) (err error) {
	*q, err = unmarshalDestination(text, KeyName.BigQueryProject)
	return err
}
