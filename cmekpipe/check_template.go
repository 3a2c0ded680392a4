package cmekpipe

import "strings"

// checkTemplate requires the name of an object: a template is one file.
func (c *checker) checkTemplate(url string) {
	const field = "template_location"
	if url == "" {
		return
	}
	bucket, name, f := splitURL(url)
	if f.reason == "" {
		f = checkObjectName(name)
	}
	switch {
	case f.reason != "":
	case strings.TrimSpace(url) != url:
		f = fault{reason: "got white space around a URL, want none"}.correctedTo(correctURL(url))
	case strings.HasSuffix(name, "/"):
		f = fault{"got a folder, want the name of an object", "add the template's name: " + url + "template.json"}
	}
	if f.reason != "" {
		c.addName(field, url, f)
		return
	}
	c.templateBucket, c.templateObjectName = bucket, name
}
