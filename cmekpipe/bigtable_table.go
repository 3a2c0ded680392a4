package cmekpipe

// BigtableTable is a Bigtable table and the key that encrypts the clusters of its instance. It is comparable; the zero
// BigtableTable names nothing.
type BigtableTable struct {
	key                   KeyName
	project, instance, id string
}

// BigtableTable returns the table "projects/PROJECT/instances/INSTANCE/tables/TABLE" as a destination encrypted with k.
// Rules: an instance of 6 to 33 and a table of 1 to 50 characters; see the Bigtable Admin API's CreateInstance and CreateTable.
func (k KeyName) BigtableTable(name string) (BigtableTable, error) {
	const op = "cmekpipe.KeyName.BigtableTable"
	if !k.Valid() {
		return BigtableTable{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "instances", "tables")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkBigtableInstance(parts[1])
	}
	if reason == "" {
		reason = checkBigtableID(parts[2])
	}
	if reason != "" {
		return BigtableTable{}, fault{reason, "use projects/PROJECT/instances/INSTANCE/tables/TABLE"}.error(op, name)
	}
	return BigtableTable{k, parts[0], parts[1], parts[2]}, nil
}

// MustBigtableTable is [KeyName.BigtableTable] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustBigtableTable(name literalElseCallWithoutMust) BigtableTable {
	return must(k.BigtableTable(string(name)))
}

// Key returns the key that encrypts the instance's clusters.
func (t BigtableTable) Key() KeyName { return t.key }

// Project returns the id of the project that owns the instance.
func (t BigtableTable) Project() string { return t.project }

// Instance returns the id of the Bigtable instance.
func (t BigtableTable) Instance() string { return t.instance }

// ID returns the table's id inside the instance.
func (t BigtableTable) ID() string { return t.id }

// Valid reports whether t was created from a key: it is false for the zero value only.
func (t BigtableTable) Valid() bool { return t.key.Valid() }

// String returns the full name; "" for the zero BigtableTable.
func (t BigtableTable) String() string {
	if !t.Valid() {
		return ""
	}
	return "projects/" + t.project + "/instances/" + t.instance + "/tables/" + t.id
}

// MarshalText returns the key's name, a space and the table's. Beam sends it to workers in this form.
func (t BigtableTable) MarshalText() ([]byte, error) {
	return marshalDestination(t.key, t.String()), nil
}

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.BigtableTable].
func (t *BigtableTable) UnmarshalText(text []byte) (err error) {
	*t, err = unmarshalDestination(text, KeyName.BigtableTable)
	return err
}

func checkBigtableInstance(id string) string {
	if len(id) < 6 || len(id) > 33 || !isAll(id, isProjectChar) || !isLower(id[0]) || !isAlnum(id[len(id)-1]) {
		return "got instance " + quote(id) + ", want a lower-case letter, then 5 to 32 letters, digits and hyphens"
	}
	return ""
}

func checkBigtableID(id string) string {
	if id == "" || len(id) > 50 || !isAll(id, func(c byte) bool { return isKeyIDChar(c) || c == '.' }) {
		return "got table " + quote(id) + ", want 1 to 50 letters, digits and any of _ - ."
	}
	return ""
}
