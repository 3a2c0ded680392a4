package cmekpipe

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
)

// AdviseKeyFlag makes a flag set end its usage with the name of the key's flag, --dataflow_kms_key, if it prints the usage
// because the command line has the key under a name that is not defined, such as --kms_key_name. [RegisterFlags] calls it;
// call it for a flag set whose flags come from elsewhere. Other names are not defined as flags, to be refused: a program may
// define one itself, after this call, for a key of its own. A Usage that the program sets later replaces the advice.
func AdviseKeyFlag(fs *flag.FlagSet) {
	usage := fs.Usage
	fs.Usage = func() {
		if usage != nil {
			usage()
		} else {
			fmt.Fprintf(fs.Output(), "Usage of %s:\n", fs.Name())
			fs.PrintDefaults()
		}
		if name := undefinedFlag(fs, os.Args[1:]); strings.Contains(strings.ToLower(name), "kms") {
			fmt.Fprintf(fs.Output(), "\nflag --%s is not defined: the flag for the job's key is --%s; write --%s=projects/PROJECT/locations/REGION/keyRings/RING/cryptoKeys/KEY\n",
				name, keyField, keyField)
		}
	}
}

// undefinedFlag returns the name of the flag at which the parsing of a command line stopped, because it is not defined; "" if it
// stopped elsewhere, or parsed something else.
func undefinedFlag(fs *flag.FlagSet, args []string) string {
	rest := fs.Args()
	at := len(args) - len(rest) - 1
	if at < 0 || !slices.Equal(args[at+1:], rest) || !strings.HasPrefix(args[at], "-") {
		return ""
	}
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[at], "-"), "-"), "=")
	if fs.Lookup(name) != nil {
		return ""
	}
	return name
}
