package spannerio

import (
	"errors"
	"slices"
	"strconv"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// WriteOption changes how [Write] writes.
type WriteOption func(*writeOptions)

type writeOptions struct {
	rows       int
	additional []cmekpipe.KeyName
	create     bool
	ddl        []string
}

// UseBatchSize sets how many rows a commit may have, from 1 to 80,000. Default: 1,000. Fewer are written where they would
// be too large for a commit.
func UseBatchSize(rows int) WriteOption {
	return func(o *writeOptions) { o.rows = rows }
}

// WithAdditionalKeys names the further keys of a database in several regions: one for each region, where Cloud KMS has no
// location that covers them all. The database must be encrypted with exactly these keys and its own. Default: none.
func WithAdditionalKeys(keys ...cmekpipe.KeyName) WriteOption {
	return func(o *writeOptions) { o.additional = append(o.additional, keys...) }
}

// WithCreateIfMissing makes [Write] create the database with its keys if it does not exist, and its tables by CREATE TABLE
// statements in GoogleSQL. The statements become part of the job's graph. An existing database is used as it is, if it is
// encrypted with its keys. No row is written before that step ended, so that the runner may have to store the first ones. A
// database that is deleted while a job runs is an error. Default: a missing database is an error.
func WithCreateIfMissing(ddl ...string) WriteOption {
	return func(o *writeOptions) { o.create, o.ddl = true, append(o.ddl, ddl...) }
}

// mostRows is the maximum number of rows with one column in a commit.
const mostRows = 80_000

func collect(db cmekpipe.SpannerDatabase, opts []WriteOption) (writeOptions, error) {
	o := writeOptions{rows: defaultRows}
	for _, opt := range opts {
		opt(&o)
	}
	if o.rows < 1 || o.rows > mostRows {
		return o, invalid(opWrite, db.String(), "got UseBatchSize("+strconv.Itoa(o.rows)+")", "use a number from 1 to "+strconv.Itoa(mostRows))
	}
	for i, key := range o.additional {
		if !key.Valid() {
			return o, &cmekpipe.Error{Op: opWrite, Code: cmekpipe.KeyMissing, Resource: db.String(),
				Hint: "parse the key first: cmekpipe.ParseKeyName", Err: errors.New("got the zero key in WithAdditionalKeys")}
		}
		if key == db.Key() || slices.Contains(o.additional[:i], key) {
			return o, invalid(opWrite, db.String(), "got "+key.String()+" twice", "name each key once; the database's own counts")
		}
	}
	return o, nil
}

func invalid(op, resource, got, hint string) *cmekpipe.Error {
	return &cmekpipe.Error{Op: op, Code: cmekpipe.InvalidOptions, Resource: resource, Hint: hint, Err: errors.New(got)}
}
