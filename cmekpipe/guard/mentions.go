package guard

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// maxMentions bounds the names that are shown of one transform.
const maxMentions = 10

// mentions returns the names of resources in the fields of a DoFn that Beam sends to workers, sorted. Fields may hold secrets:
// only a text that has the whole form of a resource's name is shown, and of other URLs only the scheme.
func mentions(recv any) []string {
	v := reflect.Indirect(reflect.ValueOf(recv))
	if v.Kind() != reflect.Struct {
		return nil
	}
	var found []string
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if !isEncoded(field) {
			continue
		}
		table := strings.Contains(strings.ToLower(field.Name), "table")
		eachLeaf(v.Field(i), 1, func(leaf reflect.Value) {
			if leaf.Kind() != reflect.String {
				return
			}
			if name := mention(leaf.String(), table); name != "" {
				found = append(found, name)
			}
		})
	}
	slices.Sort(found)
	found = slices.Compact(found)
	return found[:min(len(found), maxMentions)]
}

// The forms of the names that are shown. Names of projects, datasets and the like are no secrets; a text with another part
// does not match.
var (
	objectName   = regexp.MustCompile(`^(gs|s3)://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9](/[^?#@\s]*)?$`)
	resourceName = regexp.MustCompile(`^projects/[a-z0-9.:-]{3,60}/(` +
		`(topics|subscriptions)/[A-Za-z][\w.~+%-]{2,254}|` +
		`instances/[a-z][a-z0-9-]{1,62}/(databases|tables)/[\w.-]{1,60}|` +
		`datasets/\w+/tables/[\w$-]+|` +
		`databases/[a-z(][a-z0-9()-]{1,62}|` +
		`locations/[a-z0-9-]{1,30}/datasets/[\w-]{1,256}/(fhirStores|dicomStores|hl7V2Stores)/[\w.-]{1,256})$`)
	tableName = regexp.MustCompile(`^([a-z][a-z0-9.-]*:)?[a-z][a-z0-9-]{4,28}[a-z0-9][:.][A-Za-z_]\w*\.[A-Za-z_][\w$-]*$`)
	urlScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]{1,30}://`)
)

// mention returns what may be shown of a text, or "". Only a field that is called after a table may hold a table's name:
// host names and passwords have the same form.
func mention(text string, table bool) string {
	scheme := urlScheme.FindString(text)
	switch {
	case objectName.MatchString(text), resourceName.MatchString(text), table && tableName.MatchString(text):
		return text
	case scheme != "":
		return scheme + "…"
	}
	return ""
}
