import type { ServiceGraphs } from './analyse/service-graphs.ts'
import { counter, gauge, type Metric } from './lib/prometheus.ts'
import type { Settings } from './store/settings.ts'
import type { Store } from './store/store.ts'

/** What the journal, the writer and the engine tell of themselves. */
export function storeMetrics(store: Store): readonly Metric[] {
  const { journal, writer, replayedFiles, engineRestarts, setAsideFiles } = store.statistics()
  const { canStore, canAnswer } = store.health()
  return [
    gauge('fluoroscope_can_store', '1 when what is sent now is acknowledged.', Number(canStore)),
    gauge('fluoroscope_can_answer', '1 when queries are answered now.', Number(canAnswer)),
    gauge('fluoroscope_journal_bytes', 'Accepted rows not yet in the engine.', journal.bytes),
    gauge('fluoroscope_journal_files', 'Journal files not yet released.', journal.files),
    gauge('fluoroscope_journal_waiting_bytes', 'Rows waiting for the disk.', journal.waitingBytes),
    counter('fluoroscope_journal_commits_total', 'Group commits.', journal.commits),
    counter('fluoroscope_journal_appends_total', 'Batches committed.', journal.appends),
    counter('fluoroscope_journal_refused_total', 'Batches refused.', journal.refused),
    counter(
      'fluoroscope_journal_failed_commits_total',
      'Group commits that failed, each with all its batches refused.',
      journal.failedCommits,
    ),
    counter(
      'fluoroscope_journal_commit_seconds_total',
      'Time of writing and syncing.',
      journal.commitMs / 1000,
    ),
    gauge(
      'fluoroscope_journal_slowest_commit_seconds',
      'The slowest group commit since the start.',
      journal.slowestCommitMs / 1000,
    ),
    gauge('fluoroscope_writer_files', 'Closed journal files not yet inserted.', writer.files),
    gauge(
      'fluoroscope_writer_oldest_seconds',
      'How long the oldest of them waits.',
      writer.oldestMs / 1000,
    ),
    counter('fluoroscope_inserted_spans_total', 'Span rows inserted.', writer.insertedSpans),
    counter(
      'fluoroscope_inserted_documents_total',
      'Documents inserted.',
      writer.insertedDocuments,
    ),
    counter('fluoroscope_inserted_files_total', 'Journal files inserted.', writer.insertedFiles),
    counter('fluoroscope_insert_failures_total', 'Inserts tried again.', writer.failedAttempts),
    counter('fluoroscope_corrupt_frames_total', 'Journal frames set aside.', writer.corruptFrames),
    counter('fluoroscope_corrupt_files_total', 'Journal files set aside.', writer.corruptFiles),
    gauge(
      'fluoroscope_set_aside_files',
      'Damaged journal files that wait for a person; /healthz says what to do.',
      setAsideFiles,
    ),
    gauge('fluoroscope_replayed_files', 'Journal files of earlier runs at start.', replayedFiles),
    counter('fluoroscope_engine_restarts_total', 'Restarts of the engine.', engineRestarts),
  ]
}

/** What the settings tell of themselves. */
export function settingsMetrics(settings: Settings): readonly Metric[] {
  return [
    gauge(
      'fluoroscope_settings_left_out',
      'Settings of other accounts and regions, from older versions, that one of the same name hides.',
      settings.leftOut.length,
    ),
  ]
}

/** What the minute roll-ups of the service graph tell of themselves. */
export function graphMetrics(graphs: ServiceGraphs): readonly Metric[] {
  const statistics = graphs.statistics()
  const { dirtyMinutes, computedMinutes, merges, readSpans, omitted, failedPasses } = statistics
  return [
    gauge(
      'fluoroscope_graph_computing',
      '1 on the one server of the store that computes minutes.',
      Number(statistics.isComputing),
    ),
    gauge('fluoroscope_graph_dirty_minutes', 'Minutes to be computed again.', dirtyMinutes),
    counter('fluoroscope_graph_minutes_total', 'Minutes computed.', computedMinutes),
    counter('fluoroscope_graph_merges_total', 'Graphs of ten minutes and hours made.', merges),
    counter('fluoroscope_graph_read_spans_total', 'Spans read for graphs.', readSpans),
    counter(
      'fluoroscope_graph_omitted_total',
      'Nodes, edges, spans, links and times of completion left out.',
      omitted,
    ),
    counter('fluoroscope_graph_failed_passes_total', 'Passes that failed.', failedPasses),
  ]
}
