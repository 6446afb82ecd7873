using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using VideoExpress.Jobs.Types;

namespace VideoExpress.Jobs.Assets.Uploads;

/// <summary>
/// Before the first request: what a killed process left half-written is removed. Then uploads whose last byte came before the process
/// ended become assets, however long ago that was; only then those go whose time is over.
/// </summary>
internal sealed partial class UploadsAtStart(UploadFolder folder, ResumableUploads uploads, ILogger<UploadsAtStart> logger) : BackgroundService
{
    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        folder.RemoveLeftovers();
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var uploadId in uploads.Complete())
        {
            try
            {
                await uploads.FinishAsync(uploadId, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is InvalidFieldsException or UploadBusyException)
            {
                // Refused for good, or its client was quicker.
            }
            catch (Exception error)
            {
                LogLater(error, uploadId);
            }
        }

        uploads.SweepUploads(stoppingToken);
    }

    [LoggerMessage(LogLevel.Warning, "Upload {UploadId} is complete but could not be taken in; its client may ask again")]
    private partial void LogLater(Exception exception, Guid uploadId);
}
