using VideoExpress.Jobs.Retention;

namespace VideoExpress.Tests.Unit.Retention;

public sealed class RetentionPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RetentionSettings Settings = new() { OutputsDays = 30, FailedDays = 7 };

    private readonly List<Holding> _kept = [];
    private readonly List<(Guid User, Guid Used)> _uses = [];

    [Fact]
    public void WhatIsOlderThanItsKindIsKept_Goes()
    {
        var old = Add(31);
        Add(29);
        var failed = Add(8, HoldingKind.FailedJob);
        Add(6, HoldingKind.FailedJob);
        Add(1000, HoldingKind.Asset);

        Assert.Equal([(old.Id, TrashReason.Age), (failed.Id, TrashReason.Age)], Plan(Settings));
    }

    [Fact]
    public void ZeroDays_KeepForEver()
    {
        Add(10_000);
        Add(10_000, HoldingKind.FailedJob);

        Assert.Empty(Plan(Settings with { OutputsDays = 0, FailedDays = 0 }));
    }

    [Fact]
    public void AssetsGo_OnlyWhereTheirAgeIsLimited()
    {
        var asset = Add(11, HoldingKind.Asset);

        Assert.Equal([(asset.Id, TrashReason.Age)], Plan(Settings with { AssetsDays = 10 }));
        Assert.Empty(Plan(Settings with { MaxBytes = 1 }));
    }

    [Fact]
    public void WhatIsFixed_Stays_WithAllThatItUsesByWayOfOthers()
    {
        var (source, middle, film) = (Add(90), Add(80), Add(70, isFixed: true));
        Use(film, middle);
        Use(middle, source);

        Assert.Empty(Plan(Settings with { MaxBytes = 1 }));
    }

    [Fact]
    public void AYoungFilm_KeepsItsOldClips_AndAnOldOneGoesBeforeThem()
    {
        var (clip, film) = (Add(90), Add(20));
        Use(film, clip);
        Assert.Empty(Plan(Settings));

        _kept[1] = film with { Since = Now.AddDays(-31) };
        Assert.Equal([(film.Id, TrashReason.Age), (clip.Id, TrashReason.Age)], Plan(Settings));
    }

    [Fact]
    public void AClipOfTwoFilms_WaitsForBoth()
    {
        var (clip, first, second) = (Add(90), Add(80), Add(70));
        Use(first, clip);
        Use(second, clip);
        Assert.Equal(clip.Id, Plan(Settings)[^1].Id);

        _kept[2] = second with { IsFixed = true };
        Assert.Equal([(first.Id, TrashReason.Age)], Plan(Settings));
    }

    [Fact]
    public void BeyondMaxBytes_TheOldestGo_UntilTheRestFits()
    {
        var (first, second) = (Add(3, bytes: 40), Add(2, bytes: 40));
        Add(1, bytes: 40);

        Assert.Equal([(first.Id, TrashReason.Size)], Plan(Settings with { MaxBytes = 80 }));
        Assert.Equal([(first.Id, TrashReason.Size), (second.Id, TrashReason.Size)], Plan(Settings with { MaxBytes = 79 }));
        Assert.Empty(Plan(Settings with { MaxBytes = 120 }));
    }

    [Fact]
    public void BeyondMaxBytes_AFailedFilmWithoutFiles_MakesRoomForItsClipsToGo()
    {
        var (clip, film) = (Add(3, bytes: 40), Add(2, HoldingKind.FailedJob, bytes: 0));
        Add(1, HoldingKind.FailedJob, bytes: 0);
        Use(film, clip);

        Assert.Equal([(film.Id, TrashReason.Size), (clip.Id, TrashReason.Size)], Plan(Settings with { MaxBytes = 1 }));
    }

    [Fact]
    public void AgeComesFirst_AndCountsForTheSize()
    {
        var old = Add(31, bytes: 100);
        Add(1, bytes: 100);

        Assert.Equal([(old.Id, TrashReason.Age)], Plan(Settings with { MaxBytes = 100 }));
    }

    private Holding Add(int daysOld, HoldingKind kind = HoldingKind.Job, long bytes = 10, bool isFixed = false)
    {
        var holding = new Holding(Guid.CreateVersion7(Now.AddDays(-daysOld)), kind, "x", Now.AddDays(-daysOld), bytes, isFixed);
        _kept.Add(holding);
        return holding;
    }

    private void Use(Holding user, Holding used) => _uses.Add((user.Id, used.Id));

    private List<(Guid Id, string Reason)> Plan(RetentionSettings settings) =>
        [.. RetentionPlanner.Plan(_kept, _uses, settings, Now).Trash.Select(item => (item.Holding.Id, item.Reason))];
}
