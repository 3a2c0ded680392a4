package cmekpipe

// FHIRStore is a FHIR store of the Cloud Healthcare API and the key that encrypts its dataset. It is comparable; the
// zero FHIRStore names nothing.
type FHIRStore struct {
	key                            KeyName
	project, location, dataset, id string
}

// FHIRStore returns the store "projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE" as a destination
// encrypted with k.
// Rules: both ids have 1 to 256 letters, digits, underscores, hyphens and periods; see the Healthcare API's
// datasets.create and fhirStores.create.
func (k KeyName) FHIRStore(name string) (FHIRStore, error) {
	const op = "cmekpipe.KeyName.FHIRStore"
	if !k.Valid() {
		return FHIRStore{}, noKey(op, name)
	}
	parts, reason := splitCollections(name, "projects", "locations", "datasets", "fhirStores")
	if reason == "" {
		reason = checkProject(parts[0])
	}
	if reason == "" {
		reason = checkLocation(parts[1]).reason
	}
	if reason == "" {
		reason = checkHealthcareID("dataset", parts[2])
	}
	if reason == "" {
		reason = checkHealthcareID("FHIR store", parts[3])
	}
	if reason != "" {
		return FHIRStore{}, fault{reason, "use projects/PROJECT/locations/LOCATION/datasets/DATASET/fhirStores/STORE"}.error(op, name)
	}
	return FHIRStore{k, parts[0], parts[1], parts[2], parts[3]}, nil
}

// MustFHIRStore is [KeyName.FHIRStore] for a literal: it panics with the error if the name is invalid.
func (k KeyName) MustFHIRStore(name literalElseCallWithoutMust) FHIRStore {
	return must(k.FHIRStore(string(name)))
}

// Key returns the key that encrypts the store's dataset.
func (s FHIRStore) Key() KeyName { return s.key }

// Project returns the id of the project that owns the dataset.
func (s FHIRStore) Project() string { return s.project }

// Location returns the dataset's location.
func (s FHIRStore) Location() string { return s.location }

// Dataset returns the dataset's id.
func (s FHIRStore) Dataset() string { return s.dataset }

// ID returns the store's id inside the dataset.
func (s FHIRStore) ID() string { return s.id }

// Valid reports whether s was created from a key: it is false for the zero value only.
func (s FHIRStore) Valid() bool { return s.key.Valid() }

// String returns the full name; "" for the zero FHIRStore.
func (s FHIRStore) String() string {
	if !s.Valid() {
		return ""
	}
	return "projects/" + s.project + "/locations/" + s.location + "/datasets/" + s.dataset + "/fhirStores/" + s.id
}

// MarshalText returns the key's name, a space and the store's. Beam sends it to workers in this form.
func (s FHIRStore) MarshalText() ([]byte, error) { return marshalDestination(s.key, s.String()), nil }

// UnmarshalText parses the output of MarshalText, as strictly as [KeyName.FHIRStore].
func (s *FHIRStore) UnmarshalText(text []byte) (err error) {
	*s, err = unmarshalDestination(text, KeyName.FHIRStore)
	return err
}

// DatasetName returns the full name of the dataset, the resource that has the key.
func (s FHIRStore) DatasetName() string {
	if !s.Valid() {
		return ""
	}
	return "projects/" + s.project + "/locations/" + s.location + "/datasets/" + s.dataset
}

func checkHealthcareID(kind, id string) string {
	if id == "" || len(id) > 256 || !isAll(id, func(c byte) bool { return isKeyIDChar(c) || c == '.' }) {
		return "got " + kind + " " + quote(id) + ", want 1 to 256 letters, digits and any of _ - ."
	}
	return ""
}
