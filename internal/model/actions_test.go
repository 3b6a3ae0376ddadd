package model

var actionsOperations []operation
