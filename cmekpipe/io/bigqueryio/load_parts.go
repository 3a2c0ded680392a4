package bigqueryio

import (
	"cmp"
	"slices"
)

// What a load job may have. Source: https://docs.cloud.google.com/bigquery/quotas#load_jobs.
const (
	maxLoadFiles = 10_000
	maxLoadBytes = 15_000_000_000_000
	// maxLoadText bounds the length of all URIs of a job, so that they fit into a request of 10 MB.
	maxLoadText = 5 << 20
	// parallelLoads is how many load jobs of a run are in progress at a time. They append to one table.
	parallelLoads = 4
)

// loadLimits bounds the files of a load job. Zero fields have the documented values.
type loadLimits struct {
	files, text int
	bytes       int64
}

// loadPart is what one job loads.
type loadPart struct {
	uris  []string
	rows  int64
	bytes int64
	text  int
}

// split divides files of a bucket into parts that a job can load, the same for the same files in any order.
func (l loadLimits) split(bucket string, files []loadFile) []loadPart {
	l.files, l.text, l.bytes = cmp.Or(l.files, maxLoadFiles), cmp.Or(l.text, maxLoadText), cmp.Or(l.bytes, maxLoadBytes)
	slices.SortFunc(files, func(a, b loadFile) int { return cmp.Compare(a.Name, b.Name) })
	var parts []loadPart
	var part loadPart
	for _, file := range files {
		uri := "gs://" + bucket + "/" + file.Name
		full := len(part.uris) == l.files || part.bytes+file.Bytes > l.bytes || part.text+len(uri) > l.text
		if full && len(part.uris) > 0 {
			parts, part = append(parts, part), loadPart{}
		}
		part.uris = append(part.uris, uri)
		part.rows, part.bytes, part.text = part.rows+file.Rows, part.bytes+file.Bytes, part.text+len(uri)
	}
	if len(part.uris) > 0 {
		parts = append(parts, part)
	}
	return parts
}

func rowsOf(parts []loadPart) (rows int64) {
	for _, part := range parts {
		rows += part.rows
	}
	return rows
}
