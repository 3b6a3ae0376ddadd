package main

func Example() {
	main()
	// Output:
	// replaced /user_metadata/address/home
	// removed /user_metadata/address/work
	// {"user_metadata":{"address":{"home":"new","work":"w"}}}
}
