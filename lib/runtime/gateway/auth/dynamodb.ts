/** What the gateway uses of the AWS SDK, as a file of its own beside the program: see `TokensTable`. */
export { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
