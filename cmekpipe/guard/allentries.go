package guard

// catalogueBeam is the version of Beam that the catalogue describes.
const catalogueBeam = "2.77.0"

// catalogue holds the entries by identity.
type catalogue map[string]entry

// newCatalogue collects the entries, which stand in a file for each service or kind of connector.
func newCatalogue() catalogue {
	c := catalogue{}
	for _, entries := range [][]entry{
		files(), bigQuery(), databases(), messaging(), healthcare(), logging(), sources(), helpers(), external(),
	} {
		for _, e := range entries {
			c[e.identity] = e
		}
	}
	return c
}
