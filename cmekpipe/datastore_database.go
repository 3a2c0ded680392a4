package cmekpipe

// DatastoreDatabase is a database of Firestore in Datastore mode and the key that encrypts it. It is comparable; the
// zero DatastoreDatabase names nothing.
type DatastoreDatabase struct {
	key         KeyName
	project, id string
}

// DatastoreDatabase returns the database "projects/PROJECT/databases/DATABASE" as a destination encrypted with k. DATABASE is "(default)" or
// an id of 4 to 63 characters; see the Firestore Admin API's databases.create.
func (k KeyName) DatastoreDatabase(name string) (DatastoreDatabase, error) {
	const op = "cmekpipe.KeyName.DatastoreDatabase"
	if !k.Valid() {
		return DatastoreDatabase{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "databases")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkFirestoreID(parts[1])
	}
	if reason != "" {
		return DatastoreDatabase{}, fault{reason, "use projects/PROJECT/databases/DATABASE"}.error(op, name)
	}
	return DatastoreDatabase{k, parts[0], parts[1]}, nil
}

// MustDatastoreDatabase is [KeyName.DatastoreDatabase] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustDatastoreDatabase(name literalElseCallWithoutMust) DatastoreDatabase {
	return must(k.DatastoreDatabase(string(name)))
}

// Key returns the key that encrypts the database.
func (d DatastoreDatabase) Key() KeyName { return d.key }

// Project returns the id of the project that owns the database.
func (d DatastoreDatabase) Project() string { return d.project }

// ID returns the database's id inside the project: "(default)" for the default one.
func (d DatastoreDatabase) ID() string { return d.id }

// Valid reports whether d was created from a key: it is false for the zero value only.
func (d DatastoreDatabase) Valid() bool { return d.key.Valid() }

// String returns the full name; "" for the zero DatastoreDatabase.
func (d DatastoreDatabase) String() string {
	if !d.Valid() {
		return ""
	}
	return "projects/" + d.project + "/databases/" + d.id
}

// MarshalText returns the key's name, a space and the database's. Beam sends it to workers in this form.
func (d DatastoreDatabase) MarshalText() ([]byte, error) {
	return marshalDestination(d.key, d.String()), nil
}

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.DatastoreDatabase].
func (d *DatastoreDatabase) UnmarshalText(text []byte) (err error) {
	*d, err = unmarshalDestination(text, KeyName.DatastoreDatabase)
	return err
}

func checkFirestoreID(id string) string {
	if id == "(default)" {
		return ""
	}
	if len(id) < 4 || len(id) > 63 || !isAll(id, isProjectChar) || !isLower(id[0]) || !isAlnum(id[len(id)-1]) {
		return "got database " + quote(id) + ", want (default), or a lower-case letter, then 3 to 62 letters, digits and hyphens"
	}
	return ""
}
