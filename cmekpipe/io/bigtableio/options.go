package bigtableio

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] writes.
type WriteOption func(*writeOptions)

type writeOptions struct {
	additional []cmekpipe.KeyName
	create     bool
	families   []string
}

// WithAdditionalKeys names further keys that clusters of the instance may be encrypted with: those of clusters in other
// regions, because a cluster's key must be in its own region. Default: none.
func WithAdditionalKeys(keys ...cmekpipe.KeyName) WriteOption {
	return func(o *writeOptions) { o.additional = append(o.additional, keys...) }
}

// WithCreateIfMissing makes [Write] create the table, with these column families, if it does not exist; without a garbage
// collection policy, its cells are kept forever. A table is encrypted with the keys of the clusters, which are checked first;
// the keys that the new table reports are checked afterwards. An existing table is used as it is, and requires no permission
// to create one. No row is written before that step ended, so that the runner may have to store the first ones. A table that is
// deleted while a job runs is an error. Instances and clusters are never created. Default: a missing table is an error.
func WithCreateIfMissing(families ...string) WriteOption {
	return func(o *writeOptions) { o.create, o.families = true, append(o.families, families...) }
}

// familyForm is the name of a column family. Source: field columnFamilies of the Bigtable Admin API.
var familyForm = regexp.MustCompile(`^[_a-zA-Z0-9][-_.a-zA-Z0-9]{0,63}$`)

func collect(table cmekpipe.BigtableTable, opts []WriteOption) (writeOptions, error) {
	var o writeOptions
	for _, opt := range opts {
		if opt == nil {
			return o, invalid(opWrite, table.String(), "got a nil option", "leave it out")
		}
		opt(&o)
	}
	if o.create && len(o.families) == 0 {
		return o, invalid(opWrite, table.String(), "got WithCreateIfMissing without a column family", "name one or more; every cell is in one")
	}
	for i, family := range o.families {
		if !familyForm.MatchString(family) || slices.Contains(o.families[:i], family) {
			return o, invalid(opWrite, table.String(), "got column family "+strconv.Quote(family)+" twice, or a malformed name",
				"use 1 to 64 letters, digits and any of _ - . and name each once")
		}
	}
	for i, key := range o.additional {
		if !key.Valid() {
			return o, missing(opWrite, table.String(), "got the zero key in WithAdditionalKeys", "parse the key first: cmekpipe.ParseKeyName")
		}
		if key == table.Key() || slices.Contains(o.additional[:i], key) {
			return o, invalid(opWrite, table.String(), "got "+key.String()+" twice", "name each key once; the table's own counts")
		}
	}
	return o, nil
}
