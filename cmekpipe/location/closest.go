package location

import "strings"

// ClosestRegion returns the region that a misspelt id most likely means: "us-central1" for "us-centrall",
// "europe-west1" for "eu-west1". It knows the prefixes and hyphens of other clouds and otherwise allows two edits. It
// reports false for the id of a region that this package knows, and when no region is that close.
func ClosestRegion(id string) (region string, ok bool) {
	plain, ok := normal(strings.NewReplacer("_", "-", " ", "").Replace(id))
	if !ok || Known(id) {
		return "", false
	}
	plain = googleSpelling(plain)
	best := 3
	for _, candidate := range regionIDs() {
		if d := editDistance(plain, candidate); d < best {
			region, best = candidate, d
		}
	}
	return region, region != ""
}

// googleSpelling rewrites the id of another cloud's region in Google's form: "eu-west-1" becomes "europe-west1".
func googleSpelling(id string) string {
	if i := strings.LastIndexByte(id, '-'); i > 0 && strings.Trim(id[i+1:], "0123456789") == "" {
		id = id[:i] + id[i+1:]
	}
	for other, google := range map[string]string{"eu-": "europe-", "ap-": "asia-", "sa-": "southamerica-", "af-": "africa-"} {
		if rest, found := strings.CutPrefix(id, other); found {
			return google + rest
		}
	}
	return id
}

// editDistance returns the number of bytes to insert, delete or replace that turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}
