package cmekpipe

// SpannerDatabase is a Spanner database and the key that encrypts it. It is comparable; the zero SpannerDatabase names nothing.
type SpannerDatabase struct {
	key                   KeyName
	project, instance, id string
}

// SpannerDatabase returns the database "projects/PROJECT/instances/INSTANCE/databases/DATABASE" as a destination encrypted
// with k. Rules: an instance of 2 to 64 and a database of 2 to 30 characters; see the Spanner API's CreateInstance and CreateDatabase.
func (k KeyName) SpannerDatabase(name string) (SpannerDatabase, error) {
	const op = "cmekpipe.KeyName.SpannerDatabase"
	if !k.Valid() {
		return SpannerDatabase{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "instances", "databases")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkSpannerID("instance", parts[1], 64, false)
	}
	if reason == "" {
		reason = checkSpannerID("database", parts[2], 30, true)
	}
	if reason != "" {
		return SpannerDatabase{}, fault{reason, "use projects/PROJECT/instances/INSTANCE/databases/DATABASE"}.error(op, name)
	}
	return SpannerDatabase{k, parts[0], parts[1], parts[2]}, nil
}

// MustSpannerDatabase is [KeyName.SpannerDatabase] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustSpannerDatabase(name literalElseCallWithoutMust) SpannerDatabase {
	return must(k.SpannerDatabase(string(name)))
}

// Key returns the key that encrypts the database.
func (d SpannerDatabase) Key() KeyName { return d.key }

// Project returns the id of the project that owns the instance.
func (d SpannerDatabase) Project() string { return d.project }

// Instance returns the id of the Spanner instance.
func (d SpannerDatabase) Instance() string { return d.instance }

// ID returns the database's id inside the instance.
func (d SpannerDatabase) ID() string { return d.id }

// Valid reports whether d was created from a key: it is false for the zero value only.
func (d SpannerDatabase) Valid() bool { return d.key.Valid() }

// String returns the full name; "" for the zero SpannerDatabase.
func (d SpannerDatabase) String() string {
	if !d.Valid() {
		return ""
	}
	return "projects/" + d.project + "/instances/" + d.instance + "/databases/" + d.id
}

// MarshalText returns the key's name, a space and the database's. Beam sends it to workers in this form.
func (d SpannerDatabase) MarshalText() ([]byte, error) {
	return marshalDestination(d.key, d.String()), nil
}

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.SpannerDatabase].
func (d *SpannerDatabase) UnmarshalText(text []byte) (err error) {
	*d, err = unmarshalDestination(text, KeyName.SpannerDatabase)
	return err
}

// checkSpannerID checks an id of lower-case letters, digits, hyphens and, in a database, underscores.
func checkSpannerID(kind, id string, limit int, underscores bool) string {
	ok := func(c byte) bool { return isProjectChar(c) || underscores && c == '_' }
	if len(id) < 2 || len(id) > limit || !isAll(id, ok) || !isLower(id[0]) || !isAlnum(id[len(id)-1]) {
		return "got " + kind + " " + quote(id) + ", want a lower-case letter, then letters, digits and hyphens"
	}
	return ""
}
