package template

// The expressions below have no look-ahead, and no classes with names: JavaScript reads \P{Cc} without the flag u, as the console
// does, as the letter P, and Python refuses it. A value must match an expression whole.
const (
	// keyForm matches what [cmekpipe.ParseKeyName] accepts, and nothing else.
	keyForm = `projects/(` + projectForm + `)/locations/[a-z][-a-z0-9]*/keyRings/` + keyID + `/cryptoKeys/` + keyID

	projectForm = `[0-9]+|[a-z][-a-z0-9]{4,28}[a-z0-9]|` + label + `(\.` + label + `)+:[a-z]([-a-z0-9]{0,28}[a-z0-9])?`
	label       = `[a-z0-9]([-a-z0-9]*[a-z0-9])?`
	keyID       = `[-_a-zA-Z0-9]{1,63}`

	// rest is what may follow a bucket's name.
	rest = `(/` + text + `*)?`

	// text is any character but the controls, word any but those and white space and the slash.
	text = `[^` + controls + `]`
	word = `[^/` + controls + spaces + `]`

	controls = `\x00-\x1f\x7f-\x9f`
	// spaces are the white space of Unicode, as characters: engines differ in how they escape them.
	spaces = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
)

// folderForms match, all together, the gs:// URLs that the job options accept for a folder. They also match names that only
// a rule with exceptions excludes, and that the options then refuse: bucket names with "google" inside or that are IP
// addresses, objects by the names "." and ".." or below ".well-known/acme-challenge", and names of more than 1024 bytes.
func folderForms() []string {
	return []string{
		`gs://[a-z0-9]([-._a-z0-9]{1,220}[a-z0-9])` + rest,
		`gs://[-_a-z0-9]{1,63}(\.[-_a-z0-9]{1,63})*` + rest,
		`gs://(goo|([^g/]|g[^o/]|go[^o/]|goo[^g])` + text + `*)`,
		`gs://[^/]*(/(/*|` + word + `/*|[^` + controls + spaces + `]` + text + `*` + word + `/*))?`, // no white space around the folder's name
	}
}
