package bigqueryio

import (
	"fmt"
	"iter"
	"strings"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// commitLimit is what BigQuery commits in one call.
// Source: https://docs.cloud.google.com/bigquery/quotas#write-api-limits.
type commitLimit struct {
	streams int
	bytes   int64
}

// commitLimits returns the limit for a dataset's location.
func commitLimits(location string) commitLimit {
	const terabyte = 1_000_000_000_000
	if strings.EqualFold(location, "US") || strings.EqualFold(location, "EU") {
		return commitLimit{10_000, 10 * terabyte}
	}
	return commitLimit{10_000, terabyte}
}

// check refuses streams that one call can't commit, before any is committed: several calls would show a part of the rows.
func (l commitLimit) check(table cmekpipe.BigQueryTable, all []written) error {
	var bytes int64
	for _, s := range all {
		bytes += s.Bytes
	}
	if len(all) <= l.streams && bytes <= l.bytes {
		return nil
	}
	return l.exceeded(table, bytes, len(all))
}

func (l commitLimit) exceeded(table cmekpipe.BigQueryTable, bytes int64, bundles int) error {
	return &cmekpipe.Error{Op: opWrite, Code: cmekpipe.Unsupported, Resource: table.String(),
		Hint: "no row of this run is visible; add bigqueryio.WithTemporaryTable, which writes any number of bytes in one step",
		Err: fmt.Errorf("got %d bytes in %d bundles, want at most %d bytes in %d, the limit of one commit",
			bytes, bundles, l.bytes, l.streams)}
}

// streamBytes is how many bytes a stream of a temporary table may have, so that groups of streams stay within a commit.
func (l commitLimit) streamBytes() int64 { return l.bytes / 10 }

// groups splits streams into parts that one call commits each. They stay below the limit, because BigQuery may count the
// bytes of rows in another way.
func (l commitLimit) groups(all []written) iter.Seq[[]written] {
	return func(yield func([]written) bool) {
		start, bytes := 0, int64(0)
		for i, s := range all {
			if i > start && (i-start == l.streams || bytes+s.Bytes > l.bytes/10*9) {
				if !yield(all[start:i]) {
					return
				}
				start, bytes = i, 0
			}
			bytes += s.Bytes
		}
		if start < len(all) {
			yield(all[start:])
		}
	}
}
