package spannerio

import (
	"errors"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOptionsFn changes how [Write] writes.
type WriteOptionsFn func(*writeOptions)

type writeOptions struct {
	rows    int
	further []cmekpipe.KeyName
	create  bool
	ddl     []string
}

// UseBatchSize sets how many rows a commit may have, from 1 to 80,000. Default: 1,000. Less are written where they would
// be too large for a commit.
func UseBatchSize(rows int) WriteOptionsFn {
	return func(o *writeOptions) { o.rows = rows }
}

// FurtherKeys names the keys that a database in several regions rests under beside the one that minted it: one for each
// region, where Cloud KMS has no location that covers them all. The database must rest under exactly these. Default: none.
func FurtherKeys(keys ...cmekpipe.KeyName) WriteOptionsFn {
	return func(o *writeOptions) { o.further = append(o.further, keys...) }
}

// CreateDatabase makes [Write] create the database, under its keys and with the tables of some CREATE TABLE statements
// in the dialect GoogleSQL, if it does not exist. The statements become a part of the job's graph. A database that exists
// is used as it is, if it rests under its keys. Default: a database that does not exist is an error.
func CreateDatabase(ddl ...string) WriteOptionsFn {
	return func(o *writeOptions) { o.create, o.ddl = true, append(o.ddl, ddl...) }
}

// mostRows is how many rows of one column a commit takes.
const mostRows = 80_000

func collect(db cmekpipe.SpannerDatabase, opts []WriteOptionsFn) (writeOptions, error) {
	o := writeOptions{rows: defaultRows}
	for _, opt := range opts {
		opt(&o)
	}
	if o.rows < 1 || o.rows > mostRows {
		return o, invalid(opWrite, db.String(), "got UseBatchSize("+strconv.Itoa(o.rows)+")", "use a number from 1 to "+strconv.Itoa(mostRows))
	}
	for i, key := range o.further {
		if !key.Valid() {
			return o, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: db.String(),
				Hint: "parse the key first: cmekpipe.ParseKeyName", Err: errors.New("got the zero key in FurtherKeys")}
		}
		if key == db.Key() || slices.Contains(o.further[:i], key) {
			return o, invalid(opWrite, db.String(), "got "+key.String()+" twice", "name each key once; the database's own counts")
		}
	}
	return o, nil
}

func invalid(op, resource, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: resource, Hint: hint, Err: errors.New(got)}
}
