import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { SQSClient } from '@aws-sdk/client-sqs'
import AWSXRay from 'aws-xray-sdk-core'
import { portOf, type Settings } from './settings.ts'

/** A name, not an address: what the graph shows must not change with the ports. */
export const SHIPPING_QUEUE_URL =
  'https://sqs.us-east-1.amazonaws.com/000000000000/shipping-requests'

export function openDynamo(settings: Settings): DynamoDBClient {
  return AWSXRay.captureAWSv3Client(new DynamoDBClient(clientOptions(settings)))
}

export function openQueue(settings: Settings): SQSClient {
  return AWSXRay.captureAWSv3Client(
    new SQSClient({ ...clientOptions(settings), useQueueUrlAsEndpoint: false }),
  )
}

/** Everything the SDK would otherwise look for on this machine is given. */
function clientOptions(settings: Settings) {
  return {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${portOf(settings, 'cloud')}`,
    credentials: { accessKeyId: 'demo', secretAccessKey: 'demo' },
    maxAttempts: 2,
  }
}
