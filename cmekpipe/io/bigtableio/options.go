package bigtableio

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] and [WriteBatch] write.
type WriteOption func(*writeOptions)

type writeOptions struct {
	further  []cmekpipe.KeyName
	create   bool
	families []string
}

// ClusterKey names keys that clusters of the instance may rest under beside the one that minted the table: those of
// clusters in other regions, as a cluster takes a key in its own region only. Default: none.
func ClusterKey(keys ...cmekpipe.KeyName) WriteOption {
	return func(o *writeOptions) { o.further = append(o.further, keys...) }
}

// CreateIfMissing makes the table, with these column families, if it does not exist; its cells are kept for ever, as no
// rule for their deletion is set. A table rests under the keys of the clusters, which are looked at first, and what it
// reports of them is looked at once it is made. A table that exists is used as it is, and then takes no permission to make one. Instances and clusters are never made. Default: a table that does not exist is an error.
func CreateIfMissing(families ...string) WriteOption {
	return func(o *writeOptions) { o.create, o.families = true, append(o.families, families...) }
}

// familyForm is the name of a column family. Source: field columnFamilies of the Bigtable Admin API.
var familyForm = regexp.MustCompile(`^[_a-zA-Z0-9][-_.a-zA-Z0-9]{0,63}$`)

func collect(op string, table cmekpipe.BigtableTable, opts []WriteOption) (writeOptions, error) {
	var o writeOptions
	for _, opt := range opts {
		if opt == nil {
			return o, invalid(op, table.String(), "got a nil option", "leave it out")
		}
		opt(&o)
	}
	if o.create && len(o.families) == 0 {
		return o, invalid(op, table.String(), "got CreateIfMissing without a column family", "name one or more; every cell is in one")
	}
	for i, family := range o.families {
		if !familyForm.MatchString(family) || slices.Contains(o.families[:i], family) {
			return o, invalid(op, table.String(), "got column family "+strconv.Quote(family)+" twice, or one that no table can have",
				"use 1 to 64 letters, digits and any of _ - . and name each once")
		}
	}
	for i, key := range o.further {
		if !key.Valid() {
			return o, missing(op, table.String(), "got the zero key in ClusterKey", "parse the key first: cmekpipe.ParseKeyName")
		}
		if key == table.Key() || slices.Contains(o.further[:i], key) {
			return o, invalid(op, table.String(), "got "+key.String()+" twice", "name each key once; the table's own counts")
		}
	}
	return o, nil
}
