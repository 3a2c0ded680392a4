package cmekpipe

import "strings"

// splitKeyName finds the parts of a name, or says what is wrong with it. It does not allocate for a good name.
func splitKeyName(name string) (KeyName, fault) {
	k, f := cutKeyName(name)
	if f.reason != "" {
		return KeyName{}, f.correctedTo(correctKeyName(name)).or(keyNameForm)
	}
	return k, fault{}
}

func cutKeyName(name string) (KeyName, fault) {
	if f := checkKeyNameStart(name); f.reason != "" {
		return KeyName{}, f
	}
	k := KeyName{name: name}
	rest := name
	if f := cutPart(&rest, projectsPart, checkKeyProject); f.reason != "" {
		return k, f
	}
	k.projectEnd = len(name) - len(rest)
	if f := cutPart(&rest, locationsPart, checkLocation); f.reason != "" {
		return k, f
	}
	k.locationEnd = len(name) - len(rest)
	if f := cutPart(&rest, ringsPart, checkKeyID); f.reason != "" {
		return k, f
	}
	k.ringEnd = len(name) - len(rest)
	if f := cutPart(&rest, keysPart, checkKeyID); f.reason != "" {
		return k, f
	}
	return k, checkKeyNameEnd(rest)
}

// checkKeyNameStart says what is wrong with the text in front of a name.
func checkKeyNameStart(name string) fault {
	switch {
	case name == "":
		return fault{reason: "got no key name"}
	case strings.TrimSpace(name) != name:
		return fault{reason: "got white space around the name, want none"}
	case strings.ContainsRune(quotes, rune(name[0])):
		return fault{reason: "got quotes around the name, want none"}
	}
	if i := strings.Index(name, projectsPart); i > 0 {
		return fault{reason: "got " + quote(name[:i]) + " in front of the name, want it to start with " + quote(projectsPart)}
	}
	return fault{}
}

func checkKeyProject(id string) fault { return fault{reason: checkProject(id)} }

// cutPart removes a fixed part, and the id that follows it, from the front of rest.
func cutPart(rest *string, fixed string, check func(string) fault) fault {
	after, found := strings.CutPrefix(*rest, fixed)
	if !found {
		return wrongPart(*rest, fixed)
	}
	id := after
	if i := strings.IndexByte(after, '/'); i >= 0 {
		id = after[:i]
	}
	*rest = after[len(id):]
	return check(id)
}

// wrongPart says that a name goes on differently from what it should, and where only the letter case differs.
func wrongPart(rest, fixed string) fault {
	if len(rest) < len(fixed) || !strings.EqualFold(rest[:len(fixed)], fixed) {
		return fault{reason: "got " + describe(rest) + ", want " + quote(fixed) + " there"}
	}
	reason := "got " + quote(rest[:len(fixed)]) + ", want " + quote(fixed) + " there"
	if i := strings.IndexFunc(fixed, func(r rune) bool { return 'A' <= r && r <= 'Z' }); i >= 0 {
		reason += ", with a capital " + fixed[i:i+1]
	}
	return fault{reason: reason}
}

// checkKeyNameEnd says what is wrong with text that follows a complete name.
func checkKeyNameEnd(rest string) fault {
	switch {
	case rest == "":
		return fault{}
	case strings.HasPrefix(rest, versionsPart):
		return fault{reason: "got a key version, want a key: Google Cloud uses the key's primary version"}
	}
	return fault{reason: "got " + quote(rest) + " after the key's id, want nothing"}
}

// quotes are the characters that people leave around a value.
const quotes = "\"'`"

// containsKeyName reports whether a text is a key's name, in the form that is wanted or another.
func containsKeyName(text string) bool {
	_, f := cutKeyName(text)
	return f.reason == "" || correctKeyName(text) != ""
}

// correctKeyName returns the key's name that a text contains in another form: with quotes or white space around it, as
// a URL, as a key version, or in another letter case. It returns "" if there is none.
func correctKeyName(text string) string {
	name := strings.Trim(text, quotes+" \t\r\n/")
	for i := range len(name) - len(projectsPart) {
		if strings.EqualFold(name[i:i+len(projectsPart)], projectsPart) {
			name = name[i:]
			break
		}
	}
	name, _, _ = strings.Cut(name, versionsPart)
	parts := strings.Split(name, "/")
	collections := []string{"projects", "locations", "keyRings", "cryptoKeys"}
	if len(parts) != 2*len(collections) {
		return ""
	}
	for i, collection := range collections {
		if !strings.EqualFold(parts[2*i], collection) {
			return ""
		}
		parts[2*i] = collection
	}
	parts[3] = strings.ToLower(parts[3])
	name = strings.Join(parts, "/")
	if _, f := cutKeyName(name); f.reason != "" || name == text {
		return ""
	}
	return name
}
