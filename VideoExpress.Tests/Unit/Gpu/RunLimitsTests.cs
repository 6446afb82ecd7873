using VideoExpress.Tests.Unit.Settings;

namespace VideoExpress.Tests.Unit.Gpu;

public sealed class RunLimitsTests : IDisposable
{
    private readonly SettingsCase _case = new();

    public void Dispose() => _case.Dispose();

    [Theory]
    [InlineData("RENDER", "00:15:00", "1.00:30:00", "1.01:45:00")]
    [InlineData("TRAIN_TWIN", "06:00:00", "1.12:00:00", "1.19:00:00")]
    public void Limits_LastForADayInTheQueueAndTwoRuns_WhenNothingIsGiven(string type, string run, string life, string urls) =>
        AssertLimits(type, run, life, urls);

    [Fact]
    public void TypesOwnLimits_WinOverTheGeneralOnes()
    {
        _case.DotEnv("RunPod__ExecutionTimeout=00:20:00\nRunPod__TimeToLive=02:00:00\nRunPod__Types__IMG2VID__ExecutionTimeout=01:00:00")
            .Arguments("--RunPod:Types:TTS:TimeToLive", "01:30:00", "--RunPod:Types:TRAIN_TWIN:ExecutionTimeout", "3.12:00:00");

        AssertLimits("RENDER", "00:20:00", "02:00:00", "03:20:00");
        AssertLimits("IMG2VID", "01:00:00", "1.02:00:00", "1.04:00:00");
        AssertLimits("TTS", "00:20:00", "01:30:00", "02:50:00");
        AssertLimits("TRAIN_TWIN", "3.12:00:00", "7.00:00:00", "7.00:00:00");
    }

    [Fact]
    public void TheDefaultLife_IsSevenDaysAtMost_AndNeverShorterThanTheRun()
    {
        _case.Arguments("--RunPod:ExecutionTimeout", "7.00:00:00");

        AssertLimits("RENDER", "7.00:00:00", "7.00:00:00", "7.00:00:00");
    }

    [Theory]
    [InlineData("RunPod:TimeToLive", "RunPod:ExecutionTimeout")]
    [InlineData("RunPod:Types:RENDER:TimeToLive", "RunPod:ExecutionTimeout")]
    [InlineData("RunPod:Types:RENDER:TimeToLive", "RunPod:Types:RENDER:ExecutionTimeout")]
    public void ALifeShorterThanTheRun_StopsTheStart(string life, string run) => Assert.StartsWith(
        $"{life}: 01:00:00 is less than the execution time-out of 01:00:01, so the provider would forget",
        _case.Arguments($"--{life}", "01:00:00", $"--{run}", "01:00:01").Fault(), StringComparison.Ordinal);

    [Fact]
    public void AGeneralLife_IsNoContradiction_ToTheBuiltInTimeOfATraining()
    {
        _case.Arguments("--RunPod:TimeToLive", "01:00:00");

        AssertLimits("TRAIN_TWIN", "06:00:00", "1.12:00:00", "1.19:00:00");
    }

    [Theory]
    [InlineData("RunPod:Types:TRIAN_TWIN:ExecutionTimeout", "01:00:00", "is not a setting; the nearest is RunPod:Types:TRAIN_TWIN:ExecutionTimeout.")]
    [InlineData("RunPod:Types:IMG2VID:TimeToLife", "01:00:00", "is not a setting; the nearest is RunPod:Types:IMG2VID:TimeToLive.")]
    [InlineData("RunPod:Types:EXPORT:TimeToLive", "01:00:00", "is not a setting; the nearest is RunPod:Types:")]
    [InlineData("RunPod:Types:TTS:TimeToLive", "00:59:59", "RunPod:Types:TTS:TimeToLive: \"00:59:59\" is not between 01:00:00 and 7.00:00:00")]
    [InlineData("RunPod:Types:TTS:ExecutionTimeout", "00:00:04", "\"00:00:04\" is not between 00:00:05 and 7.00:00:00")]
    [InlineData("RunPod:Types:TTS:ExecutionTimeout", "10", "\"10\" is not a duration")]
    public void AWrongTypeOrTime_StopsTheStart(string name, string value, string sentence) =>
        Assert.Contains(sentence, _case.Arguments($"--{name}", value).Fault(), StringComparison.Ordinal);

    private void AssertLimits(string type, string run, string life, string urls)
    {
        var limits = _case.Load().RunPod.LimitsFor(type);

        Assert.Equal(
            [run, life, urls], new[] { limits.ExecutionTimeout, limits.TimeToLive, limits.WorkerUrlLifetime }.Select(time => $"{time:c}"));
    }
}
