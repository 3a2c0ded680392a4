package rule

import (
	"cmp"
	"slices"
	"sync"

	"github.com/cmekpipe/cmekpipe-go/cmekpipe"
)

// All returns every rule, in order of their IDs.
func All() []Rule { return slices.Clone(registry()) }

// registry returns every rule, in order of their IDs. It is built once, because every finding looks up its rule.
var registry = sync.OnceValue(func() []Rule {
	all := slices.Concat(transformRules(), programRules(), jobRules(), bucketRules(), workerRules(), resourceRules())
	for i := range all {
		all[i].Duty = cmp.Or(all[i].Duty, DutyCustomer)
		all[i].Since = cmp.Or(all[i].Since, firstRelease)
	}
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return all
})

// firstRelease is the version that has every rule without another one.
const firstRelease = "v0.1.0"

// Find returns the rule of an ID. For an ID that this version doesn't know, such as one of a later version, it returns false and
// a rule of severity error that says so.
func Find(id ID) (Rule, bool) {
	all := registry()
	if i, found := slices.BinarySearchFunc(all, id, func(r Rule, id ID) int { return cmp.Compare(r.ID, id) }); found {
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
