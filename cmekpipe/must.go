package cmekpipe

// literalElseCallWithoutMust is a string that only an untyped constant converts to implicitly. The compiler shows its name
// when a Must function is called with a variable: call the function without Must, which returns an error.
type literalElseCallWithoutMust string

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
