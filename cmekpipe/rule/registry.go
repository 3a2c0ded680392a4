package rule

import (
	"cmp"
	"slices"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// All returns every rule, in order of their IDs.
func All() []Rule {
	all := slices.Concat(transformRules(), programRules(), jobRules(), placeRules(), resourceRules())
	for i := range all {
		all[i].Duty = cmp.Or(all[i].Duty, DutyCustomer)
		all[i].Since = cmp.Or(all[i].Since, firstRelease)
	}
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// firstRelease is the version that has every rule without another one.
const firstRelease = "v0.1.0"

// Find returns the rule of an ID. For an ID that this version doesn't know, such as one of a later version, it returns false and
// a rule of severity error that says so.
func Find(id ID) (Rule, bool) {
	all := All()
	if i := slices.IndexFunc(all, func(r Rule) bool { return r.ID == id }); i >= 0 {
		return all[i], true
	}
	return Rule{
		ID:       id,
		Title:    "a finding of a rule that this version doesn't know",
		Text:     "A later version of this module has more rules, and findings that it wrote may have their IDs.",
		Why:      "A finding whose meaning is not known may be one of data outside the key, and so it counts as an error.",
		Severity: SeverityError, Duty: DutyCustomer, Remedy: "use the version that found it", Link: releasesPage, Code: cmekpipe.Unsupported,
	}, false
}
